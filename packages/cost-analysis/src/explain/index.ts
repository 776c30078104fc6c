export { conventionTerms } from './conventions.js';
export { type Derivation, type ExplainedRow, type Explanation, explainModel } from './explain.js';
export type { Rounding } from './rounding.js';
export type { ExplainedField, Term } from './term.js';
