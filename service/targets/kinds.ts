import type { ElementEvent } from '../../pipelines/events.js';
import type { Finding } from '../contract/ready.js';
import type { Target, TargetPatch } from '../contract/targets.js';

/** What was sent to a target since its process began. */
export interface Sent {
	packets: number;
	bytes: number;
}

/** What one kind of target adds to what all targets do. Each kind is one file or folder in `kinds/`. */
export interface TargetKind<Own extends Target = Target> {
	readonly kind: Own['kind'];
	/** Before a target is made or changed: throws `invalid` when it cannot be. `given`: what this request asked for. */
	check(target: Omit<Own, 'id'>, given: TargetPatch): Promise<void>;
	/** The description of its process, made for every start; throws the reason when it cannot start. */
	launch(target: Own): string | Promise<string>;
	/** What one of its streams has sent; undefined when the event does not say. */
	sent(event: ElementEvent): Sent | undefined;
	/** Whether it can be reached, without going live there. Bounded; never throws. */
	test(target: Own): Promise<Finding>;
}

/** One of each kind. */
export type TargetKinds = { readonly [Kind in Target['kind']]: TargetKind<Extract<Target, { kind: Kind }>> };
