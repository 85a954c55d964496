// <gov-chart> around a picture of figures and the table they come from: draws the picture from the
// JSON inside it, and draws it anew when the page brings other figures. Each bar is a link; the same
// links stand in the table, for those who cannot see or point.
import { start } from './echarts.js';
import { heightOf, optionOf } from './options.js';
import { keepPicture } from './picture.js';

const CALM = matchMedia('(prefers-reduced-motion: reduce)');
const WAIT = 150;

customElements.define(
  'gov-chart',
  class extends HTMLElement {
    connectedCallback() {
      if (this.chart) return;
      const canvas = this.querySelector('.canvas');
      if (!canvas) return;
      this.plot = canvas.appendChild(document.createElement('div'));
      this.plot.className = 'plot';
      this.draw();
      this.news = new MutationObserver(() => this.draw());
      this.news.observe(this, { childList: true, subtree: true, characterData: true });
      this.sized = new ResizeObserver(() => this.fit());
      this.sized.observe(canvas);
      this.addEventListener('click', (event) => this.pressed(event));
    }

    disconnectedCallback() {
      // Moved within the page by a refresh, not gone.
      setTimeout(() => !this.isConnected && this.end());
    }

    end() {
      this.news?.disconnect();
      this.sized?.disconnect();
      clearTimeout(this.fitting);
      this.chart?.dispose();
      this.plot?.remove();
      this.chart = this.drawn = null;
    }

    get facts() {
      return this.querySelector('script[type="application/json"]')?.textContent;
    }

    draw() {
      const facts = this.facts;
      if (!facts || facts === this.drawn) return;
      this.drawn = facts;
      this.island = JSON.parse(facts);
      const width = this.plot.clientWidth;
      this.plot.style.height = `${heightOf(this.island, width)}px`;
      this.chart ??= this.begin();
      this.chart.resize();
      this.chart.setOption(optionOf(this.island, { width, still: CALM.matches }), true);
      this.frame();
      this.dataset.state = 'ready';
    }

    begin() {
      const chart = start(this.plot);
      chart.on('click', ({ seriesIndex, dataIndex }) => {
        const link = this.island.series[seriesIndex]?.links[dataIndex];
        if (link) location.assign(link);
      });
      for (const button of this.querySelectorAll('[data-picture]')) button.hidden = false;
      return chart;
    }

    // Names of bars take more or less room: a change of width is a new picture.
    fit() {
      clearTimeout(this.fitting);
      this.fitting = setTimeout(() => {
        const width = this.plot.clientWidth;
        if (!this.chart || !width || width === this.chart.getWidth()) return;
        this.plot.style.height = `${heightOf(this.island, width)}px`;
        this.chart.resize();
        this.chart.setOption(optionOf(this.island, { width, still: true }), true);
        this.frame();
      }, WAIT);
    }

    // On paper the page is narrower than on the screen: the picture shrinks with it.
    frame() {
      const svg = this.plot.querySelector('svg');
      svg?.setAttribute('viewBox', `0 0 ${this.chart.getWidth()} ${this.chart.getHeight()}`);
      svg?.setAttribute('focusable', 'false');
    }

    pressed(event) {
      const button = event.target.closest('[data-picture]');
      if (button) keepPicture(this.island, button.dataset.picture, this.dataset.file);
    }
  },
);
