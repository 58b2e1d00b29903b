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

/** Name of a link's abstract socket. `instance` is one run of the service, so that two runs never meet. */
export function linkAddress(instance: string, stream: string): string {
	return `r58.${instance}.${stream}`;
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
