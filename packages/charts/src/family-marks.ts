/** How the points of a family look. */
export interface FamilyMark {
  readonly colour: string;
  /** A symbol of Vega. */
  readonly shape: FamilyShape;
}

export const familyShapes = ['circle', 'square', 'triangle-up'] as const;
export type FamilyShape = (typeof familyShapes)[number];

/** Each at least 3:1 against white and against the dark background, as WCAG 1.4.11 asks of graphics. */
export const familyColours = [
  '#3d7fd1',
  '#d4690f',
  '#2e9a4e',
  '#dc4a4a',
  '#9b6dd0',
  '#1a9a9a',
  '#d6559b',
  '#a5744a',
] as const;

/** Marks in the order of the families: first every colour as a circle, then as a square, then as a triangle; 24 differ. */
export function familyMarks(families: readonly string[]): ReadonlyMap<string, FamilyMark> {
  return new Map(
    families.map((family, place) => [
      family,
      {
        colour: familyColours[place % familyColours.length] ?? familyColours[0],
        shape: familyShapes[Math.floor(place / familyColours.length) % familyShapes.length] ?? familyShapes[0],
      },
    ]),
  );
}
