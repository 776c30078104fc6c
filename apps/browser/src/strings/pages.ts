import { translated } from './locale.svelte.js';

/** Names of the pages and what each is for: these are in the navigation, so they load with the app. */
export const pageStrings = translated({
  en: {
    classify: { title: 'Classify', description: 'What is in a picture? One network, or two side by side.' },
    inside: { title: 'Look inside', description: 'Layers, feature maps, and what a network looks at.' },
    compare: { title: 'Compare', description: 'Accuracy against cost, over every network of the zoo.' },
    build: { title: 'Build', description: 'Compose a network and see at once what it costs.' },
  },
  ko: {
    classify: { title: '분류', description: '사진에 무엇이 있을까요? 신경망 하나 또는 둘을 나란히 놓고 봅니다.' },
    inside: { title: '들여다보기', description: '층과 특징 맵, 그리고 신경망이 보는 곳.' },
    compare: { title: '비교', description: '모든 신경망의 정확도와 비용을 견주어 봅니다.' },
    build: { title: '만들기', description: '신경망을 조립하며 비용을 바로 확인합니다.' },
  },
});
