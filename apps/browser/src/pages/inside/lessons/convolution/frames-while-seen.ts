/** Frames are drawn only while `element` is on the screen and the page in front; a hidden animation costs nothing. */
export function framesWhileSeen(element: Element, frame: (milliseconds: number) => void): () => void {
  let seen = false;
  let request = 0;
  let last: number | undefined;

  function tick(now: number): void {
    // A frame that comes late is not made up for.
    if (last !== undefined) frame(Math.min(100, now - last));
    last = now;
    request = requestAnimationFrame(tick);
  }

  function update(): void {
    const runs = seen && document.visibilityState === 'visible';
    if (runs === (request !== 0)) return;
    cancelAnimationFrame(request);
    request = 0;
    last = undefined;
    if (runs) request = requestAnimationFrame(tick);
  }

  const observer = new IntersectionObserver((entries) => {
    seen = entries.at(-1)?.isIntersecting ?? false;
    update();
  });
  observer.observe(element);
  document.addEventListener('visibilitychange', update);
  return () => {
    observer.disconnect();
    document.removeEventListener('visibilitychange', update);
    cancelAnimationFrame(request);
  };
}
