import ArgumentParser
import Foundation

/// How text stands out where colour is shown.
enum Style: String {
  case plain = ""
  case bold = "1"
  case dim = "2"
  case red = "31"
  case green = "32"
  case yellow = "33"
  case blue = "34"
  case magenta = "35"
  case cyan = "36"

  /// The text with the terminal's codes around it (ECMA-48, Select Graphic Rendition).
  func applied(to text: String, colored: Bool) -> String {
    colored && self != .plain ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
  }
}

/// When to show colour, the value of `--color`.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, always, never

  /// Whether text for a descriptor is coloured.
  ///
  /// `auto` colours on a terminal, unless `NO_COLOR` is set and not empty (no-color.org) or the terminal is `dumb`.
  func applies(to descriptor: Int32 = STDOUT_FILENO) -> Bool {
    switch self {
    case .always: return true
    case .never: return false
    case .auto:
      let environment = ProcessInfo.processInfo.environment
      return isatty(descriptor) == 1 && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    }
  }
}

/// The option that every command with tables has.
struct ColorOption: ParsableArguments {
  @Option(help: "When to show colour: auto (on a terminal, without NO_COLOR), always or never.")
  var color = ColorChoice.auto
}
