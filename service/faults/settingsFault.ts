import { type Settings, settingsFile } from '../settings/settings.js';
import type { Faults } from './faults.js';

/** The fault of a settings file that is not used, for as long as it is not. */
export function showSettingsFault(settings: Settings, faults: Pick<Faults, 'raise' | 'clear'>): void {
	const show = (): void => {
		const { problem, missing } = settings;
		if (problem === null) {
			faults.clear('settings', settingsFile);
			return;
		}
		const remedy = missing
			? 'Change anything on the Settings page, and it is written anew; without it the next start begins with the defaults'
			: `Mend that line of ${settingsFile} in the data folder, or apply another file (r58 config apply FILE); it is taken up at once`;
		faults.raise({ code: 'settings', subject: settingsFile, message: problem, remedy });
	};
	const showLost = (): void => {
		if (settings.lost.length === 0) {
			faults.clear('sealed', settingsFile);
			return;
		}
		const message = `${settings.lost.join(', ')} in ${settingsFile} was sealed by another device and cannot be used`;
		faults.raise({ code: 'sealed', subject: settingsFile, message, remedy: 'Type it again' });
	};
	settings.on('problem', show);
	settings.on('change', showLost);
	if (settings.problem !== null) show();
	if (settings.lost.length > 0) showLost();
}
