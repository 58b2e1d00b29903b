import type { Applied } from '../contract/buses.js';
import type { Happening } from '../contract/showLog.js';
import type { State } from '../contract/state.js';
import { labelOf, sceneLabel } from './labels.js';

/** A request that changes something. */
export interface Ask {
	method: string;
	/** As declared: `/api/targets/:id`. */
	path: string;
	params: Record<string, string>;
	/** Names of the fields of the body; never their values, which may be secret. */
	fields: string[];
	/** What the new thing is called, where one is made. */
	name: string | null;
	/** What the route says of itself. */
	summary: string;
	who: string;
}

export type Settle = (result: { answer: unknown } | null) => void;

interface Open extends Ask {
	noun: string;
	subject: string | null;
	/** What it led to was told already. */
	told: boolean;
}

/** Asks that are told by what they change on air, or are not worth an entry. */
const silent =
	/^(PUT \/api\/preview|PATCH \/api\/audio\/|POST \/api\/log$|POST \/api\/ready\/|POST \/api\/guests\/:id\/messages)/;
const takes = new Set(['POST /api/take', 'POST /api/cut', 'POST /api/program/without']);
const phrases: Record<string, string> = {
	'POST /api/tokens': 'Made the token',
	'DELETE /api/tokens/:id': 'Removed the token',
	'POST /api/guests': 'Invited',
	'POST /api/guests/:id/invite': 'Made another link for',
	'PATCH /api/guests/:id': 'Changed the guest',
	'DELETE /api/guests/:id': 'Removed the guest',
	'POST /api/guests/:id/restore': 'Took back the removal of',
	'POST /api/door/visitors/:id/admit': 'Let in from the door',
	'DELETE /api/door/visitors/:id': 'Turned away at the door',
	'PUT /api/scenes/:id': 'Changed the scene',
	'PATCH /api/scenes/:id/layers/:index': 'Changed the scene',
	'DELETE /api/scenes/:id': 'Deleted the scene',
	'PATCH /api/sources/:id': 'Changed the source',
	'POST /api/sources': 'Added the source',
	'DELETE /api/sources/:id': 'Removed the source',
	'POST /api/sources/:id/restore': 'Took back the removal of',
	'POST /api/targets': 'Added the target',
	'PATCH /api/targets/:id': 'Changed the target',
	'DELETE /api/targets/:id': 'Removed the target',
	'DELETE /api/recordings/:id': 'Deleted the recording',
	'PATCH /api/settings': 'Changed the settings',
	'POST /api/system/safe-mode': 'Left safe mode',
	'POST /api/faults/acknowledge': 'Took note of the fault',
	'PUT /api/ready/plan': 'Set the planned length',
};

/** Who asks for what, from the request's arrival to its answer. */
export class Asks {
	#open = new Set<Open>();

	constructor(private readonly tell: (happening: Happening) => void) {}

	/** The returned function is called once, with null when it came to nothing. */
	begin(ask: Ask, state: Readonly<State> | undefined): Settle {
		const noun = ask.path.split('/')[2] ?? '';
		const subject = ask.params.id ?? ask.params.strip ?? null;
		const open: Open = { ...ask, noun, subject, told: false };
		// Afterwards it may be gone, and its name with it.
		const name = state && subject !== null ? labelOf(state, noun, subject) : null;
		this.#open.add(open);
		return (result) => {
			this.#open.delete(open);
			if (result === null) return;
			const key = `${ask.method} ${ask.path}`;
			if (takes.has(key)) this.#take(open, result.answer as Applied, state);
			else if (!open.told && !silent.test(key)) this.#action(open, key, name ?? ask.name);
		};
	}

	/** Who asked for a change of this just now; null when it came by itself. */
	whoOf(noun: string, subject: string): string | null {
		for (const open of this.#open) {
			if (open.noun !== noun || (open.subject !== null && open.subject !== subject)) continue;
			open.told = true;
			return open.who;
		}
		return null;
	}

	#take({ path, who }: Open, { program, transition, frame, ptsNs }: Applied, state: Readonly<State> | undefined): void {
		const scene = state ? sceneLabel(state, program) : program;
		const text = transition === null ? `Cut to ${scene}` : `${transition.kind} to ${scene} over ${transition.durationMs} ms`;
		const event = path === '/api/take' ? 'take' : 'cut';
		this.tell({ kind: 'take', event, subject: program, text: capital(text), who, scene, frame, ptsNs });
	}

	#action({ subject, fields, summary, who, method }: Open, key: string, name: string | null): void {
		const phrase = phrases[key] ?? summary.split(/[;:(]/)[0]!.trim();
		const what = name ?? subject;
		const changed = method === 'PATCH' && fields.length > 0 ? ` (${fields.join(', ')})` : '';
		this.tell({ kind: 'action', event: key, subject, text: `${phrase}${what === null ? '' : ` ${what}`}${changed}`, who });
	}
}

function capital(text: string): string {
	return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
