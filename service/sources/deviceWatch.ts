import { type FSWatcher, statSync, watch } from 'node:fs';

/** udev makes several changes per plug; they are handled together, this long after the first. */
const SETTLE_MS = 300;

/** Reports when devices come or go, by watching /dev; nothing is polled. */
export class DeviceWatch {
	#watchers = new Map<string, { watcher: FSWatcher; identity: string }>();
	#timer: NodeJS.Timeout | undefined;

	constructor(
		private readonly onChange: () => void,
		private readonly folders = ['/dev', '/dev/snd'],
	) {}

	/** Watches the folders as they are now: /dev/snd disappears with the last sound card and is a new folder when one returns. */
	start(): void {
		for (const folder of this.folders) {
			const identity = identityOf(folder);
			const known = this.#watchers.get(folder);
			if (known?.identity === identity) continue;
			known?.watcher.close();
			this.#watchers.delete(folder);
			if (identity !== undefined) this.#watch(folder, identity);
		}
	}

	stop(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		for (const { watcher } of this.#watchers.values()) watcher.close();
		this.#watchers.clear();
	}

	#changed(): void {
		this.#timer ??= setTimeout(() => {
			this.#timer = undefined;
			this.start();
			this.onChange();
		}, SETTLE_MS).unref();
	}

	#watch(folder: string, identity: string): void {
		try {
			const watcher = watch(folder, (_event, name) => {
				// Terminals come and go in /dev all the time.
				if (name === null || folder !== '/dev' || /^(video|v4l|snd)/.test(name)) this.#changed();
			});
			watcher.on('error', () => {
				watcher.close();
				this.#watchers.delete(folder);
			});
			this.#watchers.set(folder, { watcher: watcher.unref(), identity });
		} catch {
			// Gone since it was looked at.
		}
	}
}

/** Tells a folder from its successor at the same path; undefined when there is none. */
function identityOf(folder: string): string | undefined {
	const found = statSync(folder, { bigint: true, throwIfNoEntry: false });
	return found && `${found.dev} ${found.ino} ${found.birthtimeNs}`;
}
