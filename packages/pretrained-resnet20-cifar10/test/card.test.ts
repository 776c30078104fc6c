import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Card, cardUrl, model, weightsUrl } from '../src/index.js';

const card: Card = JSON.parse(readFileSync(cardUrl, 'utf8'));
const weights = readFileSync(weightsUrl);

describe('the card', () => {
  it('is of these weights', () => {
    expect(card.model).toBe(model);
    expect(card.weights.bytes).toBe(weights.length);
    expect(card.weights.sha256).toBe(createHash('sha256').update(weights).digest('hex'));
  });

  it('has a curve of every epoch, whose end is the accuracy it states, at least 85 %', () => {
    expect(card.history.map(({ epoch }) => epoch)).toEqual(
      Array.from({ length: Number(card.recipe['epochs']) }, (_, i) => i),
    );
    expect(card.history.at(-1)?.testAccuracy).toBe(card.accuracy.top1);
    expect(card.accuracy.correct / card.accuracy.of).toBe(card.accuracy.top1);
    expect(card.accuracy.of).toBe(10_000);
    expect(card.accuracy.top1).toBeGreaterThanOrEqual(0.85);
  });

  it('has a command that spells out the whole recipe', () => {
    for (const [name, value] of Object.entries(card.recipe)) {
      if (name === 'model') expect(card.command).toContain(`train ${value} `);
      else if (typeof value === 'boolean') expect(card.command).toContain(value ? `--${name}` : `--no-${name}`);
      else expect(card.command).toContain(`--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)} ${value}`);
    }
  });
});
