import type { GuestPatch } from '../../contract/guests.js';
import type { SourceKind } from '../kinds.js';

/** People who join by a link: they come and go with their seats (service/guests). */
export function guestKind(guests: { patch(id: string, patch: GuestPatch): unknown; restore(): void }): SourceKind {
	return {
		kind: 'guest',
		/** One name, wherever it is changed: the card, the guest's own page and the tile all show it. */
		patched({ id, label }, patch) {
			if (patch.label !== undefined) guests.patch(id, { name: label });
		},
		restore: () => guests.restore(),
	};
}
