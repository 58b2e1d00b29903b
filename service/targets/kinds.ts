import type { ElementEvent } from '../../pipelines/events.js';
import type { Finding } from '../contract/ready.js';
import type { Target, TargetPatch } from '../contract/targets.js';

/** What has left for a target since its process began. */
export interface Sent {
	packets: number;
	bytes: number;
}

/** What one kind of target does beside what all targets do. Each kind is one file or folder in `kinds/`. */
export interface TargetKind<Own extends Target = Target> {
	readonly kind: Own['kind'];
	/** Before a target is made or changed: throws `invalid` for what cannot be. `given` is what was asked for just now. */
	check(target: Omit<Own, 'id'>, given: TargetPatch): Promise<void>;
	/** The description of its process, made anew for every start; throws why it cannot start. */
	launch(target: Own): string | Promise<string>;
	/** What has left by one of its streams; undefined when the event does not say. */
	sent(event: ElementEvent): Sent | undefined;
	/** Whether it can be reached, without going live there. Bounded; never throws. */
	test(target: Own): Promise<Finding>;
}

/** One of each kind. */
export type TargetKinds = { readonly [Kind in Target['kind']]: TargetKind<Extract<Target, { kind: Kind }>> };
