import qrcode from 'qrcode-generator';

/** Light modules around the code, as ISO/IEC 18004 asks for. */
const quietModules = 4;

/** A QR code of a text as SVG, black on white, as large as where it is put. Level M: readable from a screen at an angle. */
export function qrSvg(text: string): string {
	const code = qrcode(0, 'M');
	code.addData(text);
	code.make();
	return code.createSvgTag({ cellSize: 4, margin: 4 * quietModules, scalable: true });
}
