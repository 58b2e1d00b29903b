import type { Happening } from '../contract/showLog.js';
import type { Logged } from '../http/route.js';

/** A request that changes something. */
export interface Ask {
	method: string;
	/** As declared: `/api/targets/:id`. */
	path: string;
	params: Record<string, string>;
	/** Names of the fields of the body; never their values, which may be secret. */
	fields: string[];
	/** The entry its route declares. */
	said: Logged;
	who: string;
}

export type Settle = (result: { answer: unknown } | null) => void;

interface Open extends Ask {
	noun: string;
	subject: string | null;
	/** Its effect has been logged already. */
	told: boolean;
}

/** Who asks for what, from the request's arrival to its answer. */
export class Asks {
	#open = new Set<Open>();

	constructor(private readonly tell: (happening: Happening) => void) {}

	/** Call the returned function once, with null when the request failed. */
	begin(ask: Ask): Settle {
		const open: Open = { ...ask, noun: ask.path.split('/')[2] ?? '', subject: Object.values(ask.params)[0] ?? null, told: false };
		this.#open.add(open);
		return (result) => {
			this.#open.delete(open);
			if (result === null) return;
			const { said, who } = open;
			if (typeof said === 'function') this.tell({ ...said(result.answer), who });
			else if (said !== null && !open.told) this.#action(open, said);
		};
	}

	/** Who is asking for a change of this subject right now; null when it changed by itself. */
	whoOf(noun: string, subject: string): string | null {
		for (const open of this.#open) {
			if (open.noun !== noun || (open.subject !== null && open.subject !== subject)) continue;
			open.told = true;
			return open.who;
		}
		return null;
	}

	#action({ method, path, subject, fields, who }: Open, said: string): void {
		const changed = method === 'PATCH' && fields.length > 0 ? ` (${fields.join(', ')})` : '';
		this.tell({ kind: 'action', event: `${method} ${path}`, subject, text: `${said}${changed}`, who });
	}
}
