import type { Watch } from '../showLog/watch.js';

const safeMode: Watch = {
	kind: 'system',
	parts: ['system'],
	noun: 'system',
	read: ({ system }) => [['safe-mode', String(system.safeMode)]],
	tell: ({ now }) => (now === 'false' ? { event: 'safe-mode', text: 'Left safe mode: the inputs are starting' } : null),
};

export const watches: readonly Watch[] = [safeMode];
