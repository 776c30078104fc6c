import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatHash, parseHash } from '../src/app/location.js';

describe('the address', () => {
  it('names a page and its settings', () => {
    expect(parseHash('#/compare?family=resnet&log=1')).toEqual({
      page: 'compare',
      params: { family: 'resnet', log: '1' },
    });
    expect(parseHash('')).toEqual({ page: '', params: {} });
    expect(parseHash('#')).toEqual({ page: '', params: {} });
    expect(parseHash('#/%E0%A4%A')).toEqual({ page: '%E0%A4%A', params: {} });
  });

  it('is readable, and leaves out what is empty', () => {
    const params = { a: 'timm/resnet18.a1_in1k', b: '', size: 'mobilenet_v1@0.5,160' };
    expect(formatHash({ page: 'classify', params })).toBe(
      '#/classify?a=timm/resnet18.a1_in1k&size=mobilenet_v1@0.5,160',
    );
  });

  it('gives back whatever it was given', () => {
    const name = fc.string({ minLength: 1, unit: 'grapheme' });
    fc.assert(
      fc.property(name, fc.dictionary(name, name), (page, params) => {
        const back = parseHash(formatHash({ page, params }));
        expect(back.page).toBe(page);
        expect(Object.entries(back.params).sort()).toEqual(Object.entries(params).sort());
      }),
    );
  });
});
