import type { ElementEvent } from '../../pipelines/events.js';

/** Progress of a host that writes a link: what the link's element (of this name) has passed on. */
export function linkProgress(link: string): (event: ElementEvent) => number | undefined {
	return ({ factory, element, event, data }) =>
		factory === 'r58linksink' && element === link && event === 'stats' ? data.buffers : undefined;
}
