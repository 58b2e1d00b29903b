/** The rooms of pure rules, and the unit tests that are to notice what goes wrong in each. */
export interface Room {
	/** Paths of the tree. */
	files: string[];
	/** Files of test/unit, without their ending, the quickest first. */
	tests: string[];
}

export const rooms: Record<string, Room> = {
	show: { files: ['service/show/*.ts', 'service/contract/{tally,layouts}.ts'], tests: ['without', 'sceneVersions', 'mix'] },
	state: { files: ['service/state/state.ts', 'service/contract/delta.ts'], tests: ['state', 'panelState'] },
	panel: {
		files: [
			'panel/pages/switcher/keys.ts',
			'panel/data/scenes.ts',
			'panel/pages/join/assessment.ts',
			'panel/data/rtc/backoff.ts',
			'panel/elements/format.ts',
		],
		tests: ['panelFormat', 'panelKeys', 'panelState', 'guestPage'],
	},
	launch: { files: ['pipelines/{launch,canvas}.ts'], tests: ['launch', 'pipelines'] },
	media: {
		files: [
			'service/mixer/slots.ts',
			'service/sources/guestDelay.ts',
			'service/hosts/remedies.ts',
			'service/util/slidingWindow.ts',
			'service/showLog/timecode.ts',
		],
		tests: ['mediaRules', 'guestDelay', 'timecode'],
	},
	health: { files: ['service/health/rules.ts'], tests: ['healthRules'] },
	fragments: { files: ['service/recordings/fragments.ts'], tests: ['fragmentRules'] },
	settings: {
		files: ['service/settings/{access,alerts,effective,network,problem,program,schema,secretText,secrets,syntax,text}.ts'],
		tests: ['settingsRules', 'sealed', 'settingsFiles', 'settings'],
	},
	addresses: { files: ['service/util/addresses.ts'], tests: ['addresses'] },
	sdp: { files: ['service/rtc/{sdp,codecs,candidates,fragment}.ts'], tests: ['sdp'] },
	door: { files: ['service/guests/door.ts'], tests: ['door'] },
	accounts: { files: ['service/access/{lockout,codes,loginCodes}.ts', 'service/http/rates.ts'], tests: ['rates', 'lockout'] },
};
