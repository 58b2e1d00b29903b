import { join } from 'node:path';
import { z } from 'zod';
import type { State } from '../api/schema.js';
import { messageOf } from '../errors.js';
import { readSettingsFile, writeSettingsFile } from '../settings/file.js';
import type { Settings } from '../settings/settings.js';
import type { LiveState } from '../state.js';
import type { Log } from './log.js';

/** Services of the system itself lie below: no file of this service opens them. */
const port = z.number().int().min(1024).max(65_535);
const range = z.tuple([port, port]);
const schema = z.strictObject({ tcp: z.array(range).max(200), udp: z.array(range).max(200) });
/** Ports on which others of the network may come in, as ranges with both ends in them. */
export type Ports = z.infer<typeof schema>;

/** Before the service has run for the first time. */
export const defaultPorts: Ports = {
	tcp: [
		[8000, 8000],
		[8443, 8443],
	],
	udp: [[8189, 8289]],
};

const path = (dataDir: string) => join(dataDir, 'ports.json');

/** What the service wrote last. Throws when that cannot be read or is not what it should be. */
export function readPorts(dataDir: string): Ports {
	const text = readSettingsFile(path(dataDir));
	return text === null ? defaultPorts : schema.parse(JSON.parse(text));
}

export interface OpenPortsOptions {
	dataDir: string;
	http: string;
	https: string;
	settings: Settings;
	state: LiveState;
	log: Log;
}

/** Keeps DATA/ports.json as the effective settings are, for the firewall (r58-firewall.path) to follow. */
export class OpenPorts {
	#written = '';

	constructor(private readonly o: OpenPortsOptions) {}

	follow(): void {
		this.#write();
		this.o.settings.on('change', () => this.#write());
		this.o.state.onChange((_seq, changes) => {
			if (changes.some(([changed]) => changed.startsWith('sources.'))) this.#write();
		});
	}

	#write(): void {
		const { dataDir, http, https, settings, state, log } = this.o;
		const text = `${JSON.stringify(openPorts([http, https], settings.current.network, state.current.sources))}\n`;
		if (text === this.#written) return;
		try {
			if (readSettingsFile(path(dataDir)) !== text) writeSettingsFile(path(dataDir), text);
			this.#written = text;
		} catch (error) {
			log.onceASecond('ports').error(`the firewall cannot be told what is open: ${messageOf(error)}`);
		}
	}
}

/** The pages and the API, the media of guests and viewers, and RTP that is taken from the network. */
export function openPorts(
	urls: string[],
	{ ports: { first, last }, tcp }: Settings['current']['network'],
	sources: State['sources'],
): Ports {
	const rtp = Object.values(sources).flatMap(({ rtp }) => (rtp?.listen === 'all' ? [rtp.video, rtp.audio] : []));
	const single = (port: number): [number, number] => [port, port];
	return {
		tcp: [...urls.map((url) => single(Number(new URL(url).port))), ...(tcp ? [[first, last] as [number, number]] : [])],
		udp: [[first, last], ...rtp.flatMap((stream) => (stream ? [single(stream.port)] : []))],
	};
}
