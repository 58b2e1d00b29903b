import type { Status } from '../../data/rtc/status.js';
import type { Guest as Texts } from '../../texts/en/guest.js';

/** What the studio gets from this guest: never more than is sent. */
export function presence(texts: Texts, seen: boolean, heard: boolean, nothingSent = false): string {
	if (nothingSent && (seen || heard)) return texts.state.nothing;
	if (seen) return heard ? texts.state.seesAndHears : texts.state.sees;
	return heard ? texts.state.hears : texts.state.neither;
}

/** Why the guest is not connected (yet); null while connecting for the first time. */
export function failureText({ failure, code }: Status, { state, refusals }: Texts, online: boolean): string | null {
	if (!online) return state.offline;
	if (failure === undefined) return null;
	const known = code as keyof Texts['refusals'] | null | undefined;
	return failure === 'refused' && known && known in refusals ? refusals[known] : state[failure];
}
