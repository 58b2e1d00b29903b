/** Names of the kinds of things that are kept, as people read them. */
export const entryKinds = ['guests', 'scenes', 'RTP sources', 'targets', 'recordings', 'settings', 'tokens', 'accounts'] as const;
export type EntryKind = (typeof entryKinds)[number];
