import Glibc
import StrictJSON

/// A program that is spoken to in lines: one is written to its standard input, one is read from its standard output.
///
/// Its standard error is ours. It is in a process group of its own, so that an interrupt from the terminal does not end it
/// before its input does. When the last holder lets go its input is closed, and it is killed unless it ends within a second.
final class ChildProcess {
  /// Why no answer came.
  enum Failure: Error {
    case timedOut(milliseconds: Double)
    /// It ended or closed a pipe; how, in words.
    case ended(String)
    case lineTooLong
  }

  /// The longest line that is read.
  static let lineLimit = 64 << 20

  private let identifier: pid_t
  private let input: Int32
  private let output: Int32
  private var pending: [UInt8] = []
  private var isOpen = true

  /// Starts a program, found as a shell would; throws `InputError` where it cannot be started.
  init(_ arguments: [String], in folder: String) throws(InputError) {
    var sockets: [Int32] = [0, 0]
    var pipes: [Int32] = [0, 0]
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &sockets) == 0 else {
      throw InputError("cannot start '\(arguments[0].printable)': \(Self.reason(errno))")
    }
    guard socketpair(AF_UNIX, kind, 0, &pipes) == 0 else {
      let code = errno
      for descriptor in sockets { close(descriptor) }
      throw InputError("cannot start '\(arguments[0].printable)': \(Self.reason(code))")
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, sockets[1], 0)
    posix_spawn_file_actions_adddup2(&actions, pipes[1], 1)
    if !folder.isEmpty { Self.addFolder(folder, to: &actions) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    sigaddset(&signals, SIGINT)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGDEF))
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    var process: pid_t = 0
    let status = posix_spawnp(&process, arguments[0], &actions, &attributes, &words, environ)
    for word in words { free(word) }
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
    close(sockets[1])
    close(pipes[1])
    guard status == 0 else {
      close(sockets[0])
      close(pipes[0])
      throw InputError("cannot start '\(arguments[0].printable)': \(Self.reason(status))")
    }
    (identifier, input, output) = (process, sockets[0], pipes[0])
  }

  deinit { end() }

  /// Writes a line and waits for one; throws `Failure`.
  func ask(_ line: String, milliseconds: Double) throws(Failure) -> [UInt8] {
    let deadline = Self.now + milliseconds
    try write(Array(line.utf8) + [UInt8(ascii: "\n")], until: deadline, milliseconds)
    return try readLine(until: deadline, milliseconds)
  }

  /// Writes a line to which there is no answer; what goes wrong shows at the next question.
  func tell(_ line: String) {
    try? write(Array(line.utf8) + [UInt8(ascii: "\n")], until: Self.now + 1000, 1000)
  }

  /// Closes its input and waits for its end.
  func end() {
    guard isOpen else { return }
    isOpen = false
    close(input)
    close(output)
    var status: Int32 = 0
    for _ in 0..<100 {
      if waitpid(identifier, &status, WNOHANG) != 0 { return }
      usleep(10_000)
    }
    kill(-identifier, SIGKILL)
    waitpid(identifier, &status, 0)
  }

  /// Kills it at once.
  func kill() {
    guard isOpen else { return }
    Glibc.kill(-identifier, SIGKILL)
    end()
  }

  private func kill(_ process: pid_t, _ signal: Int32) { _ = Glibc.kill(process, signal) }

  private func write(_ bytes: [UInt8], until deadline: Double, _ milliseconds: Double) throws(Failure) {
    guard isOpen else { throw .ended("has ended") }
    var sent = 0
    while sent < bytes.count {
      try wait(for: input, Int16(POLLOUT), until: deadline, milliseconds)
      let count = bytes[sent...].withUnsafeBytes {
        send(input, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      if count > 0 {
        sent += count
      } else if errno != EAGAIN && errno != EINTR {
        throw .ended(ending())
      }
    }
  }

  private func readLine(until deadline: Double, _ milliseconds: Double) throws(Failure) -> [UInt8] {
    var searched = 0
    while true {
      if let end = pending[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = Array(pending[..<end])
        pending.removeFirst(end + 1)
        return line
      }
      searched = pending.count
      guard pending.count <= Self.lineLimit else { throw .lineTooLong }
      try wait(for: output, Int16(POLLIN), until: deadline, milliseconds)
      var buffer = [UInt8](repeating: 0, count: 65_536)
      let count = read(output, &buffer, buffer.count)
      if count > 0 {
        pending += buffer[..<count]
      } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
        throw .ended(ending())
      }
    }
  }

  private func wait(
    for descriptor: Int32, _ events: Int16, until deadline: Double, _ milliseconds: Double
  ) throws(Failure) {
    while true {
      let left = deadline - Self.now
      guard left > 0 else { throw .timedOut(milliseconds: milliseconds) }
      var entry = pollfd(fd: descriptor, events: events, revents: 0)
      let ready = poll(&entry, 1, Int32(min(left.rounded(.up), 1e9)))
      if ready > 0 { return }
      if ready < 0 && errno != EINTR { throw .ended(Self.reason(errno)) }
    }
  }

  /// How it ended, in words.
  private func ending() -> String {
    var status: Int32 = 0
    for _ in 0..<50 {
      if waitpid(identifier, &status, WNOHANG) == identifier {
        isOpen = false
        close(input)
        close(output)
        let signal = status & 0x7F
        return signal == 0 ? "ended with exit code \((status >> 8) & 0xFF)" : "was ended by signal \(signal)"
      }
      usleep(10_000)
    }
    return "closed its output"
  }

  /// Lets the program begin in a folder: a function of glibc that its headers show to C with extensions only.
  private static func addFolder(_ folder: String, to actions: inout posix_spawn_file_actions_t) {
    typealias AddFolder =
      @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, UnsafePointer<CChar>) -> Int32
    guard let symbol = dlsym(nil, "posix_spawn_file_actions_addchdir_np") else {
      preconditionFailure("glibc 2.29 or newer is needed")
    }
    _ = unsafeBitCast(symbol, to: AddFolder.self)(&actions, folder)
  }

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
  }

  private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
