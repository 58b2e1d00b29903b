/** The result of the work or, after `ms`, what `late` returns or throws. */
export async function within<T, Late>(work: Promise<T>, ms: number, late: () => Late): Promise<T | Late> {
	let timer: NodeJS.Timeout | undefined;
	const passed = new Promise<Late>((resolve, reject) => {
		timer = setTimeout(() => {
			try {
				resolve(late());
			} catch (error) {
				reject(error);
			}
		}, ms);
	});
	try {
		return await Promise.race([work, passed]);
	} finally {
		clearTimeout(timer);
	}
}
