/** What the nouns declare beside their routes. */
import { watches as faults } from './faults/watches.js';
import { watches as guests } from './guests/watches.js';
import { watches as recordings } from './recordings/watches.js';
import { watches as scenes } from './scenes/watches.js';
import type { Watch } from './showLog/watch.js';
import { watches as sources } from './sources/watches.js';
import { watches as system } from './system/watches.js';
import { watches as targets } from './targets/watches.js';

/** What the show log covers; simultaneous events are logged in this order. */
export const watches: readonly Watch[] = [recordings, sources, guests, targets, faults, scenes, system].flat();
