import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { SerialQueue } from '../util/serialQueue.js';
import { boxHeader, endOf, type Fragment, readFragment, readTracks, shortened, type Track } from './fragments.js';

/** Fragments that a join may still cut: more than a recorder can lag behind. */
const TAIL = 128;
/** A moov or moof is a few kB; anything larger is not ours. */
const MAX_HEAD = 1024 * 1024;

/**
 * A frame of sound that begins at the cut, give or take rounding to the file's ticks, belongs to the old part: the next part
 * drops what is older than its first picture.
 */
const SOUND_LEEWAY_NS = 1_000_000n;

interface Placed extends Fragment {
	offset: number;
	moofSize: number;
	/** Of moof and mdat. */
	size: number;
}

/** Where the next part takes over, ns after this part's origin. */
export interface Join {
	/** The key frame the next part starts with. */
	videoNs: bigint;
	/** Half a frame before the next part's first frame of sound, so that rounding makes nothing ambiguous. */
	audioNs: bigint;
}

/**
 * One fragmented MP4, while it grows and after its writer has died: knows what is complete in it, and cuts it where the next
 * part takes over, so that the two together have every frame once.
 */
export class Part {
	#tracks = new Map<number, Track>();
	#tail: Placed[] = [];
	#scanned = 0;
	#first: { video: bigint | null; audio: bigint | null } = { video: null, audio: null };
	#queue = new SerialQueue();
	/** Identifies the file; null until it was seen. */
	#identity: { dev: bigint; ino: bigint } | null = null;
	/** Its file was found missing: whatever is still written is lost. */
	lost = false;
	/** Ns after the origin up to which the picture is in the file. */
	endNs: bigint | null = null;

	/** `originNs`: the absolute time of 0 in the file. `soundNs`: sound before it belongs to the previous part. */
	constructor(
		readonly path: string,
		readonly originNs: bigint,
		readonly soundNs?: bigint,
	) {}

	/** Ns after the origin at which the picture begins; 0 unless the link's memory did not reach back that far. */
	get startNs(): bigint | null {
		return this.#first.video;
	}

	/** Whether its path no longer leads to the file being written: it was deleted or moved, or its disk removed. */
	async missing(): Promise<boolean> {
		try {
			const { dev, ino } = await stat(this.path, { bigint: true });
			this.#identity ??= { dev, ino };
			return dev !== this.#identity.dev || ino !== this.#identity.ino;
		} catch {
			return true;
		}
	}

	/** Reads what was completed since the last time. */
	scan(): Promise<void> {
		return this.#queue.run(async () => {
			const file = await open(this.path, 'r');
			try {
				await this.#scan(file);
			} finally {
				await file.close();
			}
		});
	}

	/**
	 * Once the writer has ended: cuts the file at the last key frame up to which picture and sound are complete, and returns where
	 * to go on. Null when there is no such place: then nothing is worth keeping, and the file is removed.
	 */
	async cut(): Promise<Join | null> {
		await this.scan().catch(() => {
			// There is no file yet, or it cannot be read: as if it were empty.
		});
		return this.#queue.run(async () => {
			const key = this.#joint();
			if (!key) {
				await rm(this.path, { force: true });
				return null;
			}
			const file = await open(this.path, 'r+');
			try {
				return await this.#cut(file, key);
			} finally {
				await file.close();
			}
		});
	}

	async #scan(file: FileHandle): Promise<void> {
		const { size: total } = await file.stat();
		for (;;) {
			const box = boxHeader(await bytes(file, this.#scanned, 16));
			if (!box || this.#scanned + box.size > total) return;
			if (box.type === 'moov' && box.size <= MAX_HEAD) this.#tracks = readTracks(await bytes(file, this.#scanned, box.size));
			if (box.type !== 'moof') {
				this.#scanned += box.size;
				continue;
			}
			if (box.size > MAX_HEAD) return;
			const data = boxHeader(await bytes(file, this.#scanned + box.size, 16));
			if (data?.type !== 'mdat' || this.#scanned + box.size + data.size > total) return;
			const fragment = readFragment(await bytes(file, this.#scanned, box.size));
			if (!fragment) return;
			this.#add({ ...fragment, offset: this.#scanned, moofSize: box.size, size: box.size + data.size });
			this.#scanned += box.size + data.size;
		}
	}

	#add(fragment: Placed): void {
		const track = this.#tracks.get(fragment.track);
		if (!track) return;
		this.#tail.push(fragment);
		if (this.#tail.length > TAIL) this.#tail.shift();
		this.#first[track.kind] ??= this.#ns(fragment.track, fragment.start);
		if (track.kind === 'video') this.endNs = this.#ns(fragment.track, endOf(fragment));
	}

	/** The last fragment of the picture that begins with a key frame, up to which the sound is there too. */
	#joint(): Placed | null {
		const ofKind = (kind: Track['kind']) => this.#tail.filter(({ track }) => this.#tracks.get(track)!.kind === kind);
		const sound = ofKind('audio').at(-1);
		if (!sound) return null;
		const soundEnd = this.#ns(sound.track, endOf(sound));
		const candidates = ofKind('video').filter(({ track, start, samples }) => {
			const time = this.#ns(track, start);
			return samples[0]?.sync && time > (this.#first.video ?? 0n) && time + SOUND_LEEWAY_NS <= soundEnd;
		});
		return candidates.at(-1) ?? null;
	}

	/** Rewrites the last second: every sample before the cut, none after it. */
	async #cut(file: FileHandle, key: Placed): Promise<Join> {
		const videoNs = this.#ns(key.track, key.start);
		let soundEndNs = 0n;
		let frameNs = 0n;
		const kept: { fragment: Placed; samples: number }[] = [];
		for (const fragment of this.#tail) {
			let time = fragment.start;
			let samples = 0;
			for (const { duration } of fragment.samples) {
				const leeway = fragment.track === key.track ? 0n : SOUND_LEEWAY_NS;
				if (this.#ns(fragment.track, time) >= videoNs + leeway) break;
				time += duration;
				samples += 1;
				if (fragment.track !== key.track) frameNs = this.#ns(fragment.track, duration);
			}
			if (samples > 0 && fragment.track !== key.track) soundEndNs = this.#ns(fragment.track, time);
			kept.push({ fragment, samples });
		}
		const from = kept.findIndex(({ fragment, samples }) => samples < fragment.samples.length);
		const pieces: Buffer[] = [];
		for (const { fragment, samples } of kept.slice(from)) {
			if (samples === 0) continue;
			const whole = await bytes(file, fragment.offset, fragment.size);
			const [moof, mdat] = [whole.subarray(0, fragment.moofSize), whole.subarray(fragment.moofSize)];
			pieces.push(samples === fragment.samples.length ? whole : shortened(moof, mdat, samples));
		}
		const at = kept[from]!.fragment.offset;
		await file.truncate(at);
		await file.write(Buffer.concat(pieces), 0, undefined, at);
		await file.sync();
		this.endNs = videoNs;
		return { videoNs, audioNs: soundEndNs - frameNs / 2n };
	}

	#ns(track: number, ticks: number): bigint {
		return BigInt(Math.round((ticks * 1e9) / this.#tracks.get(track)!.timescale));
	}
}

/** As many of these bytes as there are. */
async function bytes(file: FileHandle, at: number, length: number): Promise<Buffer> {
	const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
	return buffer.subarray(0, bytesRead);
}
