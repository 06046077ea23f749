import Foundation
import StrictJSON

extension TextTable.Cell {
  /// On one line, numbers rounded.
  func forPeople(missing: String) -> String {
    switch content {
    case .text(let text): text.printable
    case .number(let number, let digits): number.rounded(toSignificantDigits: digits)
    case .count(let count): String(count)
    case .missing: missing
    }
  }

  /// Numbers with every digit that tells them apart.
  var forPrograms: String {
    switch content {
    case .text(let text): text
    case .number(let number, _): String(number)
    case .count(let count): String(count)
    case .missing: ""
    }
  }
}

extension Double {
  /// In decimal notation with at least so many significant digits, all of the whole part included; in scientific
  /// notation below 0.0001 and from 10^15 on.
  func rounded(toSignificantDigits digits: Int) -> String {
    guard self != 0, isFinite else { return self == 0 ? "0" : "\(self)" }
    guard magnitude >= 1e-4, magnitude < 1e15 else { return String(format: "%.\(max(0, digits - 1))e", self) }
    let exponent = Int(log10(magnitude).rounded(.down))
    let decimals = max(0, digits - 1 - exponent)
    let text = String(format: "%.\(decimals)f", self)
    // 9.9996 rounds to 10.000, one digit more than asked for.
    let carried = Int(log10(Double(text)?.magnitude ?? magnitude).rounded(.down)) > exponent
    return carried && decimals > 0 ? String(format: "%.\(decimals - 1)f", self) : text
  }
}
