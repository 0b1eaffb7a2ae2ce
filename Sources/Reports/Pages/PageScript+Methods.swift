extension PageScript {
  /// Choosing one panel of several, what tokens are coloured by, a token's numbers on a tap, and alarms behind their marks.
  static let methods = """
    (function () {
      'use strict';
      function each(query, act) { document.querySelectorAll(query).forEach(act); }
      function press(buttons, chosen) {
        buttons.forEach(function (button) {
          button.setAttribute('aria-pressed', String(button === chosen));
        });
      }
      function choose(button) {
        var group = '[data-group="' + button.dataset.group + '"]';
        press(document.querySelectorAll('[data-choose]' + group), button);
        each('[data-panel]' + group, function (panel) {
          panel.hidden = panel.dataset.panel !== button.dataset.choose;
        });
      }
      each('[data-choose]', function (button) {
        button.disabled = false;
        button.addEventListener('click', function () { choose(button); });
        if (button.getAttribute('aria-pressed') === 'true') { choose(button); }
      });
      each('.panel-title', function (title) { title.style.display = 'none'; });
      var by = document.querySelectorAll('[data-by]');
      by.forEach(function (button) {
        button.disabled = false;
        button.addEventListener('click', function () {
          press(by, button);
          each('.shading', function (part) { part.dataset.shade = button.dataset.by; });
        });
      });
      each('.shading .sample', function (sample) {
        var readout = sample.querySelector('.readout');
        sample.addEventListener('click', function (event) {
          var token = event.target.closest('.token');
          if (token === null) { return; }
          each('.token.chosen', function (other) { other.classList.remove('chosen'); });
          token.classList.add('chosen');
          if (readout !== null) {
            readout.textContent = '“' + token.textContent.trim() + '”: ' + token.title;
          }
        });
      });
      function open() {
        var alarm = location.hash.length === 0 ? null : document.getElementById(location.hash.slice(1));
        var list = alarm === null ? null : alarm.closest('details');
        if (list !== null) { list.open = true; alarm.scrollIntoView({ block: 'center' }); }
      }
      window.addEventListener('hashchange', open);
      open();
    })();
    """
}
