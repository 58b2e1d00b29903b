/**
 * The points of RFC 9725 (WHIP), the WHEP draft and the clients in use that this service is held to. Each test of
 * conformance*.test.ts begins with the numbers of its points; conformancePoints.test.ts sees that none is without a test.
 *
 *  1–5   the POST: 201, Location, content types, what is no offer            conformanceOffer
 *  6–14  what is offered and answered: directions, BUNDLE, tracks, setup     conformanceOffer
 * 15–21  who may, and what other origins may read                            conformanceHttp
 * 22–25  ICE servers in Link headers                                         conformanceHttp
 * 26–28  GET, HEAD, sessions that are not there                              conformanceHttp
 * 29–32  the end of a session, by DELETE, by the studio, by silence          conformanceSession, liveness
 * 33–41  PATCH: trickle, other fragments, ICE restart                        conformanceSession
 * 42–46  limits, addresses of sessions, abandoned offers                     conformanceLimits
 * 47–49  HTTPS, problem+json, extensions                                     conformanceHttp
 * 50     simulcast                                                           conformanceOffer
 * 51–53  redirects, our own client, time to an answer                        conformanceHttp
 */
export const points = Array.from({ length: 53 }, (_, index) => index + 1);
