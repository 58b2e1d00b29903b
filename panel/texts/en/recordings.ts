export const recordings = {
	offline: 'Recordings continue.',
	none: { title: 'No recordings yet.', text: 'Press Record, here or on the Switcher, and the file appears here.' },
	deleteOf: (name: string) => `Delete ${name}`,
	noFile: 'No file yet.',
	download: 'Download',
	deleteAsk: (name: string) => `Delete “${name}”?`,
	deleteText: (files: number, size: string) =>
		files === 0 ? 'It has no files.' : `${files === 1 ? '1 file' : `${files} files`} (${size}) will be permanently deleted.`,
};
