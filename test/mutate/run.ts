/**
 * Puts mutants into the product and checks that the tests notice: `npm run mutate` for the rooms of pure rules,
 * `npm run mutate -- ROOM…` for some of them, `npm run mutate -- hand [WORD…]` for the table of hand-made mutants.
 * Takes long; no part of the gate.
 */
import { runHandMade } from './hand.js';
import { runRooms } from './pureRooms.js';

const [what, ...words] = process.argv.slice(2);
const good = what === 'hand' ? await runHandMade(words) : await runRooms([what, ...words].filter((word) => word !== undefined));
process.exit(good ? 0 : 1);
