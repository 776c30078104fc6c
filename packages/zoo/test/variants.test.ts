import { describe, expect, it } from 'vitest';
import { resolveModel, withAuxiliary, zooVariants } from '../src/index.js';

describe('variants of the zoo', () => {
  it('are what a user types to get them, each once', () => {
    const specs = new Set<string>();
    for (const { spec, name, graph, resolved } of zooVariants('keras')) {
      expect(resolved.dialect).toBe('keras');
      expect(resolveModel(spec)).toMatchObject({ dialect: 'keras', name: resolved.name });
      expect(spec.endsWith(name)).toBe(true);
      expect(graph.nodes.length).toBeGreaterThan(1);
      expect(specs.has(spec)).toBe(false);
      specs.add(spec);
    }
    expect(specs.has('keras/mobilenet_v2@0.35')).toBe(true);
    expect(specs.has('keras/vgg16')).toBe(true);
  });

  it('have their auxiliary classifiers beside them where published files have', () => {
    expect(withAuxiliary(resolveModel('googlenet'))!.nodes.length).toBeGreaterThan(
      resolveModel('googlenet').entry.build(resolveModel('googlenet').options).nodes.length,
    );
    expect(withAuxiliary(resolveModel('keras/inception_v3'))).toBeUndefined();
    expect(withAuxiliary(resolveModel('resnet18'))).toBeUndefined();
  });
});
