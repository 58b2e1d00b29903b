/** Constants of the live channel that both sides know (messages: guestChannel). */

/** Browsers cannot set headers on a WebSocket: the token is a second subprotocol after this one. */
export const guestProtocol = 'r58-guest';
export const bearerProtocol = 'bearer.';
/** Characters per message. */
export const messageLimit = 500;
/** Messages kept per conversation, in memory. */
export const messagesKept = 50;
