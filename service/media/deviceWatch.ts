import { type FSWatcher, watch } from 'node:fs';

/** Udev makes several changes of one plug; they are looked at once, this long after the first. */
const SETTLE_MS = 300;

/** Says when devices come or go, by what happens in /dev: nothing is polled. */
export class DeviceWatch {
	#watchers = new Map<string, FSWatcher>();
	#timer: NodeJS.Timeout | undefined;

	constructor(
		private readonly onChange: () => void,
		private readonly folders = ['/dev', '/dev/snd'],
	) {}

	start(): void {
		for (const folder of this.folders) if (!this.#watchers.has(folder)) this.#watch(folder);
	}

	stop(): void {
		clearTimeout(this.#timer);
		for (const watcher of this.#watchers.values()) watcher.close();
		this.#watchers.clear();
	}

	#changed(): void {
		this.#timer ??= setTimeout(() => {
			this.#timer = undefined;
			// The first sound card makes /dev/snd.
			this.start();
			this.onChange();
		}, SETTLE_MS).unref();
	}

	#watch(folder: string): void {
		try {
			const watcher = watch(folder, (_event, name) => {
				// Terminals come and go in /dev all the time.
				if (name === null || folder !== '/dev' || /^(video|v4l|snd)/.test(name)) this.#changed();
			});
			watcher.on('error', () => {
				watcher.close();
				this.#watchers.delete(folder);
			});
			this.#watchers.set(folder, watcher.unref());
		} catch {
			// A machine without sound has no /dev/snd.
		}
	}
}
