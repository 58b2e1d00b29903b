/** Size and rate of a picture, pixels and frames a second (fpsNum/fpsDen). */
export interface Canvas {
	width: number;
	height: number;
	fpsNum: number;
	fpsDen: number;
}

/** Raw video on links: planar 4:2:0, colorimetry pinned so that nothing converts it again. */
export function videoCaps(canvas: Canvas): string {
	return `video/x-raw,format=I420,width=${canvas.width},height=${canvas.height},framerate=${canvas.fpsNum}/${canvas.fpsDen},pixel-aspect-ratio=1/1,interlace-mode=progressive,colorimetry=bt709`;
}

/** Raw sound on links: the sample grid of the machine. */
export const audioCaps = 'audio/x-raw,format=F32LE,layout=interleaved,rate=48000,channels=2,channel-mask=(bitmask)0x3';

export const h264Caps = 'video/x-h264,stream-format=byte-stream,alignment=au';
export const aacCaps = 'audio/mpeg,mpegversion=4,stream-format=adts,rate=48000,channels=2';
export const opusCaps = 'audio/x-opus,channel-mapping-family=0,channels=2,rate=48000';

export function frameMs(canvas: Canvas): number {
	return (1000 * canvas.fpsDen) / canvas.fpsNum;
}

/** Frames per second as a number, for people and JSON. */
export function fpsOf(canvas: Canvas): number {
	return Math.round((canvas.fpsNum / canvas.fpsDen) * 100) / 100;
}

/** The first frame of the machine's grid (frame k is at k·den/num s of the monotonic clock) after `nowNs`. */
export function gridFrameAfter(nowNs: bigint, { fpsNum, fpsDen }: Canvas): { frame: number; ptsNs: string } {
	const second = 1_000_000_000n * BigInt(fpsDen);
	const frame = (nowNs * BigInt(fpsNum)) / second + 1n;
	return { frame: Number(frame), ptsNs: String((frame * second) / BigInt(fpsNum)) };
}

/** Number of the grid frame at `ptsNs`. */
export function gridFrameAt(ptsNs: string, { fpsNum, fpsDen }: Canvas): number {
	return Math.round((Number(BigInt(ptsNs) / 1000n) * fpsNum) / (fpsDen * 1e6));
}

/** NTSC rates are n·1000/1001; they are written rounded. */
const fractionalRates: Record<string, number> = { '23.976': 24_000, '23.98': 24_000, '29.97': 30_000, '59.94': 60_000 };

/** `1280x720p30` as a canvas. Throws an Error that says what is wrong with it. */
export function parseCanvas(text: string): Canvas {
	const match = /^(\d{1,5})x(\d{1,5})p(\d{1,3}(?:\.\d{1,3})?)$/.exec(text);
	if (!match) throw new Error(`"${text}" is not a canvas; write it like 1280x720p30`);
	const [width, height] = [Number(match[1]), Number(match[2])];
	if (width < 160 || width > 3840) throw new Error(`the width must be 160 to 3840, not ${width}`);
	if (height < 90 || height > 2160) throw new Error(`the height must be 90 to 2160, not ${height}`);
	for (const size of [width, height]) {
		if (size % 2 !== 0) throw new Error(`width and height must be even, not ${size}`);
	}
	const fractional = fractionalRates[match[3]!];
	if (fractional) return { width, height, fpsNum: fractional, fpsDen: 1001 };
	const fps = Number(match[3]);
	if (!Number.isInteger(fps))
		throw new Error(`${match[3]} frames a second is not supported: use 23.976, 29.97, 59.94 or a whole number`);
	if (fps < 5 || fps > 60) throw new Error(`frames a second must be 5 to 60, not ${fps}`);
	return { width, height, fpsNum: fps, fpsDen: 1 };
}
