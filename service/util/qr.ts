import qrcode from 'qrcode-generator';

/** Quiet zone, as required by ISO/IEC 18004. */
const quietModules = 4;

/** A text as QR code in SVG, black on white, scalable. Level M: readable from a screen at an angle. */
export function qrSvg(text: string): string {
	const code = qrcode(0, 'M');
	code.addData(text);
	code.make();
	return code.createSvgTag({ cellSize: 4, margin: 4 * quietModules, scalable: true });
}
