/**
 * Reads pictures of r58testsrc: sampled colours and the frame number in its blocks. Pure and self-contained, so that the same
 * functions run in Node and, by `counterSource`, inside a page.
 */
export interface Picture {
	format: 'rgba' | 'i420';
	width: number;
	height: number;
	data: Uint8Array | Uint8ClampedArray;
}
export type Colour = [r: number, g: number, b: number];
/** Where a source lies in a picture, as fractions of it. */
export interface Box {
	x: number;
	y: number;
	w: number;
	h: number;
}

/** Mean colour of the (2·radius+1)² pixels around a point given in fractions; 0–255, I420 taken as bt709 studio range. */
export function colourAt(picture: Picture, x: number, y: number, radius = 2): Colour {
	const { width, height, data } = picture;
	const sum = [0, 0, 0];
	let count = 0;
	for (let dy = -radius; dy <= radius; dy++) {
		for (let dx = -radius; dx <= radius; dx++) {
			const px = Math.min(width - 1, Math.max(0, Math.floor(x * width) + dx));
			const py = Math.min(height - 1, Math.max(0, Math.floor(y * height) + dy));
			let [c0, c1, c2] = [0, 0, 0];
			if (picture.format === 'rgba') {
				const at = (py * width + px) * 4;
				[c0, c1, c2] = [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
			} else {
				const [halfWidth, halfHeight] = [(width + 1) >> 1, (height + 1) >> 1];
				const chroma = width * height + (py >> 1) * halfWidth + (px >> 1);
				const luma = ((data[py * width + px] ?? 0) - 16) * (255 / 219);
				const cb = ((data[chroma] ?? 128) - 128) * (255 / 224);
				const cr = ((data[chroma + halfWidth * halfHeight] ?? 128) - 128) * (255 / 224);
				[c0, c1, c2] = [luma + 1.5748 * cr, luma - 0.1873 * cb - 0.4681 * cr, luma + 1.8556 * cb];
			}
			sum[0]! += c0;
			sum[1]! += c1;
			sum[2]! += c2;
			count++;
		}
	}
	return sum.map((total) => Math.min(255, Math.max(0, Math.round(total / count)))) as Colour;
}

/**
 * The frame number a test picture shows (32 bits, most significant first, blocks of 1/40 of the width from x = 4/40,
 * centred on y = 24/40), or null where it is not to be read: a block that is neither black nor white, or none that differs.
 */
export function readCounter(picture: Picture, box: Box = { x: 0, y: 0, w: 1, h: 1 }): number | null {
	const radius = Math.floor((picture.width * box.w) / 40 / 5);
	let value = 0;
	for (let bit = 0; bit < 32; bit++) {
		const [r, g, b] = colourAt(picture, box.x + (box.w * (4.5 + bit)) / 40, box.y + (box.h * 24) / 40, radius);
		const luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
		if (luma > 90 && luma < 165) return null;
		value = value * 2 + (luma >= 165 ? 1 : 0);
	}
	return value === 0 || value === 0xffffffff ? null : value;
}

/** `#rrggbb` as numbers. */
export function parseColour(text: string): Colour {
	const value = Number.parseInt(text.slice(1), 16);
	return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Largest difference of one component; encoders and browsers stay below about 12. */
export function colourDistance(a: Colour, b: Colour): number {
	return Math.max(Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1]), Math.abs(a[2] - b[2]));
}

/** The functions as text that declares them, for a page. */
export const counterSource = [colourAt, readCounter].map(String).join('\n');
