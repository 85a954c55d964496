// <gov-tabs>: a list of links to sections below becomes tabs. Without JavaScript: one long page.
customElements.define(
  'gov-tabs',
  class extends HTMLElement {
    connectedCallback() {
      this.tabs = [...this.querySelectorAll('.tabs a')];
      this.dataset.live = '';
      const strip = this.querySelector('.tabs');
      strip.setAttribute('role', 'tablist');
      for (const tab of this.tabs) {
        const panel = this.panel(tab);
        tab.setAttribute('role', 'tab');
        tab.setAttribute('aria-controls', panel.id);
        panel.setAttribute('role', 'tabpanel');
        panel.setAttribute('aria-label', tab.textContent.trim());
      }
      strip.addEventListener('click', (event) => this.clicked(event));
      strip.addEventListener('keydown', (event) => this.pressed(event));
      this.show(this.tabs.find((tab) => tab.hash && tab.hash === location.hash) ?? this.tabs[0]);
    }

    panel(tab) {
      return this.querySelector(tab.hash);
    }

    clicked(event) {
      const tab = event.target.closest('a');
      if (!tab) return;
      event.preventDefault();
      this.show(tab);
      history.replaceState(history.state, '', tab.hash);
    }

    pressed(event) {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const now = this.tabs.indexOf(document.activeElement);
      const tab = this.tabs[(now + step + this.tabs.length) % this.tabs.length];
      tab.focus();
      this.show(tab);
    }

    show(chosen) {
      for (const tab of this.tabs) {
        const on = tab === chosen;
        tab.setAttribute('aria-selected', on);
        tab.tabIndex = on ? 0 : -1;
        this.panel(tab).hidden = !on;
      }
      this.dispatchEvent(new CustomEvent('shown', { bubbles: true }));
      dispatchEvent(new Event('resize')); // a diagram measures itself once it can be seen
    }
  },
);
