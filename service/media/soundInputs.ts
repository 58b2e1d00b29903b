import { alsaSource } from '../../pipelines/alsaSource.js';
import type { LiveState } from '../state.js';
import { soundCards } from './captureDevices.js';
import type { SupervisedHost } from './supervisedHost.js';
import type { Supervisor } from './supervisor.js';

/** Sound cards beside sources: each is a process of its own that writes the sound of one source. */
export class SoundInputs {
	#hosts = new Map<string, { device: string; host: SupervisedHost }>();
	#running = false;
	#changing = Promise.resolve();

	constructor(private readonly o: { instance: string; state: LiveState; supervisor: Supervisor }) {}

	start(): void {
		this.#running = true;
		for (const { host } of this.#hosts.values()) host.start();
	}

	/** Brings the hosts in line with what the sources ask for, one change after the other: a card has one user. */
	refresh(): Promise<void> {
		this.#changing = this.#changing.then(() => this.#follow());
		return this.#changing;
	}

	async #follow(): Promise<void> {
		const { sources } = this.o.state.current;
		for (const [id, { device, host }] of this.#hosts) {
			if (sources[id]?.alsaDevice === device) continue;
			this.#hosts.delete(id);
			await this.o.supervisor.remove(host);
		}
		for (const { id, alsaDevice } of Object.values(this.o.state.current.sources))
			if (alsaDevice !== null && !this.#hosts.has(id)) this.#add(id, alsaDevice);
	}

	#add(id: string, device: string): void {
		const { instance } = this.o;
		const host = this.o.supervisor.add({
			role: 'source',
			name: `${id}-sound`,
			launch: () => {
				// What alsasrc says about a card that does not open is lost with the pipeline's first state.
				if (!soundCards().some((card) => card.device === device.replace(/^plug/, '')))
					throw new Error(`ALSA has no card ${device}`);
				return alsaSource({ instance, id, device });
			},
			progress: (element, event, data) => (element === 'audio' && event === 'stats' ? Number(data.buffers) : undefined),
		});
		this.#hosts.set(id, { device, host });
		if (this.#running) host.start();
	}
}
