import { type Settings, settingsFile } from '../settings/settings.js';
import type { Faults } from './faults.js';

/** Raises a fault while the settings file is not in use. */
export function showSettingsFault(settings: Settings, faults: Pick<Faults, 'raise' | 'clear'>): void {
	const show = (): void => {
		const { error, missing } = settings;
		if (error === null) faults.clear('settings', settingsFile);
		else faults.raise({ code: 'settings', subject: settingsFile, params: { error, file: settingsFile, missing } });
	};
	const showLost = (): void => {
		const secrets = settings.lost.join(', ');
		if (secrets === '') faults.clear('sealed', settingsFile);
		else faults.raise({ code: 'sealed', subject: settingsFile, params: { secrets, file: settingsFile } });
	};
	settings.on('validity', show);
	settings.on('change', showLost);
	if (settings.error !== null) show();
	if (settings.lost.length > 0) showLost();
}
