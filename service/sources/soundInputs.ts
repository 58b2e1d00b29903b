import { alsaSource } from '../../pipelines/alsaSource.js';
import type { Faults } from '../faults/faults.js';
import { linkProgress } from '../hosts/linkProgress.js';
import type { SupervisedHost } from '../hosts/supervisedHost.js';
import type { Supervisor } from '../hosts/supervisor.js';
import type { LiveState } from '../state/state.js';
import { SerialQueue } from '../util/serialQueue.js';
import { soundCards } from './captureDevices.js';

export interface SoundInputsOptions {
	instance: string;
	state: LiveState;
	supervisor: Supervisor;
	faults: Faults;
}

/**
 * Sound cards of sources: each is a process of its own that writes the sound of one source. It runs only while its card is
 * plugged in: retrying an absent card would only delay its return.
 */
export class SoundInputs {
	#hosts = new Map<string, { device: string; host: SupervisedHost }>();
	/** Cards that are missing, by source. */
	#missing = new Map<string, string>();
	/** Null where nothing looks for cards (the demo): every card is tried. */
	#cards: Set<string> | null = null;
	#running = false;
	#changes = new SerialQueue();

	constructor(private readonly o: SoundInputsOptions) {}

	start(): void {
		this.#running = true;
		for (const { host } of this.#hosts.values()) host.start();
	}

	/** Cards that are plugged in now, as `hw:CARD=…,DEV=…`. */
	setCards(devices: string[]): Promise<void> {
		this.#cards = new Set(devices);
		return this.refresh();
	}

	/** Brings the hosts in line with what the sources ask for, one change at a time: a card has one user. */
	refresh(): Promise<void> {
		return this.#changes.run(() => this.#follow());
	}

	async #follow(): Promise<void> {
		const { state, supervisor } = this.o;
		const wanted = (id: string) => state.current.sources[id]?.alsaDevice ?? null;
		for (const [id, { device, host }] of this.#hosts) {
			if (wanted(id) === device && this.#present(device)) continue;
			this.#hosts.delete(id);
			await supervisor.remove(host);
		}
		for (const id of new Set([...this.#missing.keys(), ...Object.keys(state.current.sources)])) {
			const device = wanted(id);
			this.#tell(id, device);
			if (device !== null && this.#present(device) && !this.#hosts.has(id)) this.#add(id, device);
		}
	}

	#present(device: string): boolean {
		// `plughw:` is the same card behind a converter.
		return this.#cards === null || this.#cards.has(device.replace(/^plug/, ''));
	}

	#tell(id: string, device: string | null): void {
		const { faults } = this.o;
		if (device === null || this.#present(device)) {
			this.#missing.delete(id);
			faults.clear('sound', id);
		} else if (this.#missing.get(id) !== device) {
			this.#missing.set(id, device);
			faults.raise({ code: 'sound', subject: id, params: { device } });
		}
	}

	#add(id: string, device: string): void {
		const { instance } = this.o;
		const host = this.o.supervisor.add({
			role: 'source',
			name: `${id}-sound`,
			launch: () => {
				// What alsasrc reports about a card that does not open is lost with the pipeline's first state.
				if (!soundCards().some((card) => card.device === device.replace(/^plug/, '')))
					throw new Error(`ALSA has no card ${device}`);
				return alsaSource({ instance, id, device });
			},
			progress: linkProgress('audio'),
		});
		this.#hosts.set(id, { device, host });
		if (this.#running) host.start();
	}
}
