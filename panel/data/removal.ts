import { isSourceScene, sourceSceneId } from '../../service/contract/layouts.js';
import type { State } from '../../service/contract/state.js';
import { lampsOf } from '../../service/contract/tally.js';
import { t } from '../texts/texts.js';
import type { Requests } from './requests.js';
import { sceneLabel } from './scenes.js';

/** Asks before removing a guest or source, and what to show instead if it is on air; then removes it. */
export async function remove(
	requests: Requests,
	state: State | null,
	path: '/api/guests' | '/api/sources',
	{ id, name, text }: { id: string; name: string; text: string },
): Promise<void> {
	const onAir = state !== null && lampsOf(id, state).program;
	const words = t.elements.removal;
	let scene = '';
	const question = {
		title: onAir ? words.onAir(name) : words.ask(name),
		text: `${onAir ? `${words.first} ` : ''}${text} ${words.undo}`,
		action: onAir ? words.takeOff : t.words.remove,
		...(onAir && {
			choice: {
				label: words.thenOnAir,
				options: [['', words.without(name)], ...replacements(state, id)] as [string, string][],
				chosen: (value: string) => {
					scene = value;
				},
			},
		}),
	};
	if (!(await requests.ask(question))) return;
	const query = scene === '' ? '' : `?scene=${encodeURIComponent(scene)}`;
	await requests.send('DELETE', `${path}/${encodeURIComponent(id)}${query}`);
}

/** Scenes that can replace a source on air: single live sources first, then layouts with another live source. */
function replacements({ scenes, sources }: State, source: string): [string, string][] {
	const others = Object.values(scenes).filter(({ id, layers }) => {
		const shown = layers.flatMap((layer) => (layer.source === null || layer.source === source ? [] : [layer.source]));
		return id !== sourceSceneId(source) && shown.some((other) => sources[other]?.state === 'live');
	});
	return others
		.toSorted((a, b) => Number(isSourceScene(b.id)) - Number(isSourceScene(a.id)))
		.map((scene) => [scene.id, sceneLabel(scene)]);
}
