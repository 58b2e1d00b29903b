export interface Status {
	/** waiting: lost or refused for now, and will retry. refused: given up; only a person can change it. */
	phase: 'idle' | 'connecting' | 'live' | 'waiting' | 'refused';
	/** For the user; null when all is well. */
	message: string | null;
	/** What is wrong, for pages with their own words. */
	failure?: Failure;
	/** The service's error code, if it refused. */
	code?: string | null;
}

export type Failure = 'lost' | 'no-path' | 'no-media' | 'unanswered' | 'unusable' | 'refused';

/** Why the browser limits the quality of the picture it sends. */
export type Limitation = 'none' | 'cpu' | 'bandwidth';
