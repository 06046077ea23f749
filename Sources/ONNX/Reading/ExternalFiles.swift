import Foundation

/// The files beside a model that hold some of its tensors, each mapped once.
///
/// A model must not make the program read anything outside its own folder: locations are relative, have no `..`, and
/// what symbolic links lead to is checked too. Source: ONNX, "External Data".
struct ExternalFiles {
  private let folder: String
  /// The model's path, for messages.
  private let model: String
  private var mapped: [String: ByteSource] = [:]

  init(folder: String, model: String) {
    self.folder = folder
    self.model = model
  }

  /// The bytes that `entries` (`location`, `offset`, `length`) describe.
  mutating func slice(
    _ entries: [String: String], byteCount: Int, _ failure: (String) -> ModelError
  ) throws -> ByteSlice {
    guard let location = entries["location"], !location.isEmpty else {
      throw failure("external data without a location")
    }
    let offset = try number("offset", of: entries, failure) ?? 0
    let length = try number("length", of: entries, failure) ?? byteCount
    guard length == byteCount else {
      throw failure("\(length) bytes of external data, where \(byteCount) are wanted")
    }
    let source = try file(at: location, failure)
    guard offset <= source.bytes.count, length <= source.bytes.count - offset else {
      throw failure(
        "external data \(location.quoted) has \(source.bytes.count) bytes, but \(length) from \(offset) on are wanted")
    }
    return ByteSlice(source: source, range: offset..<offset + length)
  }

  private func number(_ key: String, of entries: [String: String], _ failure: (String) -> ModelError) throws -> Int? {
    guard let text = entries[key] else { return nil }
    guard let value = Int(text), value >= 0 else { throw failure("\(key) \(text.quoted) of external data") }
    return value
  }

  private mutating func file(at location: String, _ failure: (String) -> ModelError) throws -> ByteSource {
    if let source = mapped[location] { return source }
    let parts = location.split(separator: "/", omittingEmptySubsequences: false)
    guard !location.hasPrefix("/"), !parts.contains(".."), !location.utf8.contains(0) else {
      throw failure("external data \(location.quoted) is outside the model's folder")
    }
    guard let root = Self.resolved(folder.isEmpty ? "." : folder) else {
      throw failure("the model's folder cannot be read")
    }
    guard let path = Self.resolved(root + "/" + location) else {
      throw failure("external data \(location.quoted) is missing: it belongs into the model's folder")
    }
    guard path.hasPrefix(root == "/" ? "/" : root + "/") else {
      throw failure("external data \(location.quoted) leads outside the model's folder")
    }
    do {
      let source = try ByteSource(mapping: path, name: location)
      mapped[location] = source
      return source
    } catch let error as ModelError { throw failure("external data \(location.quoted) \(error.message)") }
  }

  /// The path without symbolic links, or `nil` where it leads nowhere.
  private static func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }
}
