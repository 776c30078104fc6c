import './design/tokens.css';
import './design/base.css';
import { mount } from 'svelte';
import App from './app/app.svelte';

const target = document.getElementById('app');
if (target !== null) mount(App, { target });
