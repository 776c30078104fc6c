import { join, relative } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalUrl, hubAddress, mirrorPaths } from '../src/address.js';
import { HubError, locate, parseLocation } from '../src/index.js';
import { cachePaths } from '../src/node/paths.js';

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof HubError) return error.code;
    throw error;
  }
  return 'none';
};

describe('parseLocation', () => {
  it('reads files of the hub', () => {
    expect(parseLocation('hf://timm/resnet50.a1_in1k/model.safetensors')).toEqual({
      kind: 'hub',
      owner: 'timm',
      repo: 'resnet50.a1_in1k',
      revision: 'main',
      file: 'model.safetensors',
    });
    expect(parseLocation('hf://a/b@v1.0/dir/x.bin')).toMatchObject({ revision: 'v1.0', file: 'dir/x.bin' });
    expect(parseLocation('hf://a/b@refs%2Fpr%2F1/x.bin')).toMatchObject({ revision: 'refs/pr/1' });
  });

  it('takes pages and downloads of the hub for its files', () => {
    const file = parseLocation('hf://timm/resnet50.a1_in1k/a b/model.safetensors');
    for (const url of [
      'https://huggingface.co/timm/resnet50.a1_in1k/resolve/main/a%20b/model.safetensors?download=true',
      'https://huggingface.co/timm/resnet50.a1_in1k/blob/main/a%20b/model.safetensors',
      'https://hf.co/timm/resnet50.a1_in1k/resolve/main/a%20b/model.safetensors',
    ]) {
      expect(parseLocation(url)).toEqual(file);
    }
    expect(parseLocation('https://huggingface.co/a/b/blob/refs%2Fpr%2F1/x')).toMatchObject({ revision: 'refs/pr/1' });
    expect(parseLocation('https://huggingface.co/timm/resnet50.a1_in1k').kind).toBe('url');
    expect(parseLocation('https://huggingface.co.example/a/b/resolve/main/x').kind).toBe('url');
  });

  it('takes everything without a scheme as plain text', () => {
    for (const text of ['resnet50', './a.pth', 'C:\\weights\\a.pth', 'a b.h5', '../x.npz']) {
      expect(parseLocation(text)).toEqual({ kind: 'plain', text });
    }
  });

  it.each([
    'hf://a/b/../../x',
    'hf://a/b/..',
    'hf://a/b/./x',
    'hf://a/b//x',
    'hf://../b/x',
    'hf://a/../x',
    'hf://a/b@../x',
    'hf://a/b@refs%2F..%2Fx/f',
    'hf://a/b/%2e%2e/x',
    'hf://a/b/c%2f..%2fx',
    'hf://a/b/x\\..\\y',
    'hf://a/b/x\u0000',
    'hf://a/b/x?download=1',
    'hf://a/b',
    'hf://a',
    'hf://',
    'hf://a/b@c@d/x',
    'https://huggingface.co/a/b/resolve/main/x/%2e%2e%2fy',
    'https://huggingface.co/a/b/resolve/main/%zz',
    'https://huggingface.co/a/b@c/resolve/main/x',
    'ftp://host/x',
    'file:///etc/passwd',
    'https://user:secret@host/x',
    'https://',
    '',
    `https://host/${'x'.repeat(3000)}`,
  ])('refuses %j', (text) => {
    expect(codeOf(() => parseLocation(text))).toBe('bad-location');
  });

  it('does not repeat a secret of a URL', () => {
    expect(() => parseLocation('https://user:secret@host/x')).toThrow(expect.not.stringContaining('secret'));
  });

  it('takes plain http to this machine only', () => {
    expect(codeOf(() => parseLocation('http://host.example/x'))).toBe('insecure-url');
    expect(codeOf(() => parseLocation('http://127.0.0.1.example/x'))).toBe('insecure-url');
    for (const host of ['127.0.0.1:80', 'localhost:8080', '[::1]:1']) {
      expect(parseLocation(`http://${host}/x`).kind).toBe('url');
    }
  });

  it('throws nothing but HubError for any text', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((rest) => `hf://${rest}`),
      fc.webUrl({ withQueryParameters: true }),
      fc.array(fc.constantFrom('..', '.', 'a', '%2e', '@', ':', '')).map((parts) => `hf://${parts.join('/')}`),
    );
    fc.assert(fc.property(texts, (text) => void codeOf(() => parseLocation(text))));
  });
});

describe('cachePaths', () => {
  it('stay below the cache, whatever the URL', () => {
    const root = '/cache/convzoo';
    const hostile = fc
      .array(fc.constantFrom('..', '%2e%2e', '.', 'a', 'part', 'lock', 'record.json', '%00', '\\', '~'))
      .map((parts) => {
        return `https://h.example/${parts.join('/')}`;
      });
    fc.assert(
      fc.property(fc.oneof(hostile, fc.webUrl({ withQueryParameters: true, withFragments: true })), (url) => {
        const { file, record, part, lock } = cachePaths(root, url);
        for (const path of [file, record, part, lock]) {
          expect(relative(root, path).split('/')).toHaveLength(3);
          expect(join(path)).toBe(path);
          expect(path.startsWith(`${root}/`)).toBe(true);
        }
        expect(new Set([file, record, part, lock]).size).toBe(4);
      }),
    );
  });

  it('differ where the URLs differ', () => {
    const urls = ['https://h/a', 'https://h/a/b', 'https://h/a?x=1', 'https://g/a', 'https://h/A'];
    expect(new Set(urls.map((url) => cachePaths('/c', url).file)).size).toBe(urls.length);
  });
});

describe('addresses', () => {
  const file = parseLocation('hf://timm/resnet50.a1_in1k@refs%2Fpr%2F1/a b/model.safetensors');

  it('are those of the hub', () => {
    if (file.kind !== 'hub') throw new Error('no hub file');
    expect(canonicalUrl(file)).toBe(
      'https://huggingface.co/timm/resnet50.a1_in1k/resolve/refs%2Fpr%2F1/a%20b/model.safetensors',
    );
    expect(hubAddress(file, { endpoint: 'https://hub.example/base/', token: 't' })).toEqual({
      url: 'https://hub.example/base/timm/resnet50.a1_in1k/resolve/refs%2Fpr%2F1/a%20b/model.safetensors',
      hub: true,
      token: 't',
    });
  });

  it('send no token in the open', () => {
    if (file.kind !== 'hub') throw new Error('no hub file');
    expect(hubAddress(file, { endpoint: 'http://hub.example', token: 't' }).token).toBeUndefined();
  });

  it('of a mirror: host and path, and the bare name where a checksum tells', () => {
    expect(mirrorPaths('https://h.example/m/a.pth', true)).toEqual(['h.example/m/a.pth', 'a.pth']);
    expect(mirrorPaths('https://h.example/m/a.pth', false)).toEqual(['h.example/m/a.pth']);
    // URL has taken the dots away before.
    expect(mirrorPaths('https://h.example/m/../../%2e%2e/a.pth', false)).toEqual(['h.example/a.pth']);
  });
});

describe('locate', () => {
  const catalogue = {
    find: (name: string) =>
      name === 'resnet50'
        ? { location: 'https://h.example/r.pth', checksum: { algorithm: 'sha256', digest: '0ABC1234' } as const }
        : undefined,
    nearest: () => ['resnet50'],
  };

  it('looks names up in the catalogue', () => {
    expect(locate('resnet50', catalogue)).toMatchObject({
      url: 'https://h.example/r.pth',
      checksum: { algorithm: 'sha256', digest: '0abc1234' },
    });
  });

  it('says what is near to an unknown name', () => {
    expect(codeOf(() => locate('resnet5', catalogue))).toBe('unknown-weights');
    expect(() => locate('resnet5', catalogue)).toThrow(/Did you mean resnet50\?/);
  });

  it('refuses a digest that is none', () => {
    const broken = (digest: string) => ({
      find: () => ({ location: 'https://h/x', checksum: { algorithm: 'md5', digest } as const }),
    });
    for (const digest of ['', 'abc', 'xyzxyzxyz', 'a'.repeat(33)]) {
      expect(codeOf(() => locate('x', broken(digest)))).toBe('bad-location');
    }
  });
});
