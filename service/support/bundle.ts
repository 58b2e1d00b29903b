import { pipeline, type Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { messageOf } from '../util/errors.js';
import { Redaction } from '../util/redaction.js';
import { within } from '../util/within.js';
import type { Part } from './part.js';

/** A part that takes longer is left out; of a larger one the end is kept. */
const partTimeoutMs = 15_000;
const partChars = 4_000_000;

const removed = `What was removed, here and in every text below:
- passwords, tokens, keys and other secrets: those that are set, wherever they appear, and anything that looks like one
- in the settings: secrets are shown as true when set; only the host of a webhook's address is kept
- in the state: names of guests and of people at the door, their messages, and addresses of people at the door
Kept: network addresses of this machine and of guests' connections, names of recordings and targets.
Never included: certificates' keys, the database (accounts, tokens), recordings.
`;

/** The name of a bundle, and of the folder inside. */
export function bundleName(host: string, now = new Date()): string {
	const time = now.toISOString().slice(0, 19).replaceAll(':', '');
	return `r58-support-${host.replace(/[^A-Za-z0-9-]/g, '-').slice(0, 40)}-${time}`;
}

/**
 * A .tar.gz of the parts, made while it is read: one part is in memory at a time. Every text is redacted. The last file lists
 * the content. Ends early when the reader goes away.
 */
export function bundle(name: string, parts: readonly Part[], secrets: readonly string[]): Readable {
	const redaction = new Redaction();
	redaction.hide(secrets);
	const tar = pack();
	const gzip = createGzip();
	// An error at either end ends both; the reader sees it on the gzip stream.
	pipeline(tar, gzip, () => undefined);
	const add = (file: string, text: string) =>
		new Promise<void>((resolve, reject) => {
			tar.once('close', resolve);
			tar.entry({ name: `${name}/${file}`, mode: 0o600 }, text, (error) => {
				tar.off('close', resolve);
				if (error) reject(error);
				else resolve();
			});
		});
	const fill = async () => {
		const list: string[] = [];
		for (const part of parts) {
			const made = await madeInTime(part).catch((error: unknown) => ({ error: messageOf(error) }));
			if (tar.destroyed) return;
			if (typeof made === 'string') {
				const before = redaction.count;
				await add(part.file, redaction.clean(made));
				const taken = redaction.count - before;
				list.push(`${part.file}: ${part.about}${taken > 0 ? ` (${taken} ${taken === 1 ? 'place' : 'places'} removed)` : ''}`);
			} else list.push(`${part.file}: missing, ${redaction.clean(made.error)}`);
		}
		await add(
			'README.txt',
			`Support bundle of R58 Studio\n\n${removed}\nContent:\n${list.map((line) => `- ${line}\n`).join('')}`,
		);
		tar.finalize();
	};
	fill().catch((error: Error) => gzip.destroy(error));
	return gzip;
}

async function madeInTime({ make }: Part): Promise<string> {
	const text = await within(Promise.resolve(make()), partTimeoutMs, () => {
		throw new Error(`not ready within ${partTimeoutMs / 1000} s`);
	});
	return text.length > partChars
		? `… the first ${text.length - partChars} characters are omitted\n${text.slice(-partChars)}`
		: text;
}
