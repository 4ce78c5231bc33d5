// The browser's script (docs/events.md), as it is read; ca.js is made from it by terser 5.51:
//   npx terser source.js --ecma 2018 -c passes=3,unsafe_arrows=true,ecma=2018 -m -o ca.js
(function (w, d) {
  var me = d.currentScript || d.querySelector('script[data-key][src*="ca.js"]'), set = me.dataset, n = navigator
  var host = (set.host || new URL(me.src).origin) + '/v1/b', storage = set.storage || 'session', COOKIE = 'ajs_anonymous_id'
  var allowed = set.consent != 'required', queue = [], sending = 0, timer, wait = 1000, ids = {}
  var EVENTS = {
    view: { product: 'Product Viewed', promotion: 'Promotion Viewed', list: 'Product List Viewed', basket: 'Cart Viewed', checkout: 'Checkout Started' },
    click: { product: 'Product Clicked', promotion: 'Promotion Clicked', add: 'Product Added', remove: 'Product Removed', checkout: 'Checkout Started' }
  }
  var NUMBERS = /^(price|quantity|position|value|total|revenue|discount|tax|shipping)$/
  EVENTS.submit = EVENTS.click

  function uuid() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), function (b) { return (b + 256).toString(16).slice(1) }).join('')
  }
  function store(name, value) {
    if (value === undefined && ids[name]) return ids[name]
    if (allowed && storage != 'memory') try {
      var box = storage == 'local' ? localStorage : sessionStorage, isCookie = storage == 'cookie' && name == 'anon'
      if (value === undefined) value = isCookie ? (d.cookie.match('(?:^|; )' + COOKIE + '=([\\w-]+)') || [])[1] : box.getItem('ca_' + name)
      else if (isCookie) d.cookie = COOKIE + '=' + value + ';path=/;SameSite=Lax;max-age=' + (value && 31536000)
      else box.setItem('ca_' + name, value || '')
    } catch (e) {} // storage is switched off: the id lives as long as the page
    return (ids[name] = value)
  }
  function anonymousId() {
    return store('anon') || store('anon', uuid())
  }
  function campaign() {
    var kept = [], names = {}
    new URLSearchParams(location.search).forEach(function (value, name) {
      if (!/^utm_/.test(name) || /@/.test(value)) return
      kept.push(name + '=' + encodeURIComponent(value))
      names[name == 'utm_campaign' ? 'name' : name.slice(4)] = value
    })
    return { search: kept.length ? '?' + kept.join('&') : '', names: names }
  }
  function send(type, fields) {
    var c = campaign(), page = {
      path: location.pathname, referrer: d.referrer.split(/[?#]/)[0], search: c.search, title: d.title,
      url: location.origin + location.pathname + c.search
    }
    if (queue.length < 500) queue.push(Object.assign({
      type: type, messageId: uuid(), timestamp: new Date().toISOString(),
      context: { page: page, campaign: c.names, locale: n.language, library: { name: 'ca.js', version: '1' } }
    }, type == 'page' ? { properties: page } : {}, fields))
    timer = timer || setTimeout(flush, 200)
  }
  function flush(leaving) {
    timer = clearTimeout(timer)
    if (!allowed || sending && leaving !== true || !queue.length) return
    var batch = queue.splice(0, 20), again = leaving === true && queue.length
    batch.forEach(function (event) { // who it is, is known (and stored) only with consent
      event.anonymousId = event.anonymousId || anonymousId()
      if (store('user')) event.userId = event.userId || store('user')
    })
    var body = JSON.stringify({ batch: batch, sentAt: new Date().toISOString(), writeKey: set.key })
    if (!(leaving === true && n.sendBeacon && n.sendBeacon(host, body))) {
      sending = 1 // a text body needs no preflight
      fetch(host, { method: 'POST', body: body, keepalive: body.length < 6e4, credentials: 'omit' }).then(function (answer) {
        if (answer.status >= 500 || answer.status == 429) throw answer
        wait = 1000
      }).catch(function () {
        queue = batch.concat(queue)
        wait = Math.min(wait * 2, 6e4)
      }).then(function () {
        sending = 0
        if (queue.length) timer = timer || setTimeout(flush, wait)
      })
    }
    if (again) flush(true)
  }
  function act(kind, element) {
    var data = element.dataset, properties = {}, field
    Object.keys(data).forEach(function (key) {
      var name = key.slice(2).replace(/([A-Z])/g, '_$1').toLowerCase().slice(1), value = data[key]
      if (!/^ca[A-Z]/.test(key) || /^(view|click|submit|event)$/.test(name)) return
      if (NUMBERS.test(name) && value !== '' && !isNaN(value)) value = +value
      else if (/^[[{]/.test(value)) try { value = JSON.parse(value) } catch (e) {}
      properties[name] = value
    })
    if (kind == 'submit' && (field = element.elements.quantity) && field.value) properties.quantity = +field.value
    var what = data['ca' + kind[0].toUpperCase() + kind.slice(1)]
    api.track(data.caEvent || EVENTS[kind][what] || what, properties)
  }
  var eyes = new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) {
      if (entry.isIntersecting) eyes.unobserve(entry.target), act('view', entry.target)
    })
  }, { threshold: 0.5 })
  function look() {
    d.querySelectorAll('[data-ca-view]').forEach(function (element) {
      if (!element.caSeen) eyes.observe(element), element.caSeen = 1
    })
  }
  function on(kind) {
    d.addEventListener(kind, function (event) {
      var element = event.target.closest && event.target.closest('[data-ca-' + kind + ']')
      if (element) act(kind, element)
    }, true)
  }
  var api = {
    track: function (event, properties) { send('track', { event: event, properties: properties || {} }) },
    page: function (properties) { send('page', properties ? { properties: properties } : {}) },
    identify: function (id, traits) { store('user', String(id)); send('identify', { userId: String(id), traits: traits || {} }) },
    consent: function (yes) {
      allowed = 1
      if (yes) store('user') && store('user', ids.user), flush()
      else queue = [], api.reset(), allowed = 0
    },
    reset: function () { store('anon', 0); store('user', 0) },
    anonymousId: anonymousId, flush: flush,
    push: function (call) { api[call[0]].apply(api, call.slice(1)) }
  }
  var early = w.ca || [], path
  w.ca = api
  function visit() { if (path != location.pathname) path = location.pathname, api.page() }
  function start() {
    if (set.auto != 'false') {
      visit()
      var push = history.pushState
      history.pushState = function () { push.apply(this, arguments); visit() }
      w.addEventListener('popstate', visit)
    }
    early.forEach(api.push)
    look()
    new MutationObserver(look).observe(d.body, { childList: true, subtree: true })
    on('click'), on('submit')
  }
  d.addEventListener('visibilitychange', function () { if (d.visibilityState == 'hidden') flush(true) })
  w.addEventListener('pagehide', function () { flush(true) })
  d.readyState == 'loading' ? d.addEventListener('DOMContentLoaded', start) : start()
})(window, document)
