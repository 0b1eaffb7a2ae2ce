/// A whole page as one text: no file, script or font is fetched, and nothing is missing when scripts are off.
struct Page {
  /// A part of the page with a heading, reachable from the line of links under the title.
  struct Section {
    let identifier: String
    let title: String
    let shortTitle: String
    let content: Markup

    init(
      _ identifier: String, _ title: String, short: String? = nil,
      @MarkupBuilder content: () -> Markup
    ) {
      self.identifier = identifier
      self.title = title
      self.shortTitle = short ?? title
      self.content = content()
    }
  }

  let title: String
  /// What the line above the title says after the program's name.
  let kind: String
  let introduction: [String]
  let sections: [Section]

  init(
    title: String, kind: String = "run report", introduction: [String], sections: [Section]
  ) {
    self.title = title
    self.kind = kind
    self.introduction = introduction
    self.sections = sections
  }

  /// The page; well-formed XML as well as HTML, which lets the tests read it.
  var html: String {
    let body = tag("html", ["lang": "en"]) {
      tag("head") {
        tag("meta", ["charset": "utf-8"])
        tag("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
        tag("meta", ["name": "color-scheme", "content": "light dark"])
        tag("title") { title }
        tag("style") { Markup(verbatim: Stylesheet.source) }
      }
      tag("body") {
        head
        tag("main") {
          sections.map { section in
            tag("section", ["id": section.identifier]) {
              tag("h2") { section.title }
              section.content
            }
          }
        }
        tag("footer") { "Written by Rein. This page is one file and loads nothing else." }
        tag("script") { Markup(verbatim: PageScript.source + "\n" + PageScript.methods) }
      }
    }
    return "<!DOCTYPE html>\n" + body.source + "\n"
  }

  private var head: Markup {
    tag("header") {
      tag("div", ["class": "top"]) {
        tag("span") { "Rein · \(kind)" }
        // Shown by the script, since it does nothing without it.
        tag("button", ["class": "theme", "type": "button", "hidden": "hidden"]) { "Dark" }
      }
      tag("h1") { title }
      introduction.map { paragraph in tag("p") { paragraph } }
      tag("nav", ["aria-label": "Sections"]) {
        sections.map { section in
          tag("a", ["href": "#" + section.identifier]) { section.shortTitle }
        }
      }
    }
  }
}
