/** Numbers and names of the live channel of a guest's page that both sides know (guestChannel has its messages). */

/** Browsers set no headers on a WebSocket: the token goes as a second subprotocol, after this one's name. */
export const guestProtocol = 'r58-guest';
export const bearerProtocol = 'bearer.';
/** Characters of one message. */
export const messageLimit = 500;
/** Of a conversation this many of the newest are kept, in memory. */
export const messagesKept = 50;
