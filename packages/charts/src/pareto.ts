/**
 * The points that no other beats: none costs as little or less and is worth as much or more, with one of both strictly. In
 * order of cost; of equal points the first.
 */
export function paretoFront<T>(
  points: readonly T[],
  cost: (point: T) => number,
  worth: (point: T) => number,
): readonly T[] {
  const order = [...points].sort((a, b) => cost(a) - cost(b) || worth(b) - worth(a));
  const front: T[] = [];
  let best = Number.NEGATIVE_INFINITY;
  for (const point of order) {
    if (worth(point) > best) {
      best = worth(point);
      front.push(point);
    }
  }
  return front;
}
