import Foundation

#if canImport(Glibc)
  import Glibc
#endif

extension Program {
  /// Runs it with a terminal as its standard output, and returns what the terminal was shown.
  ///
  /// Throws `POSIXError` if the system has no terminal to lend.
  public static func runOnTerminal(_ arguments: [String]) throws -> Outcome {
    let (master, slave) = try terminal()
    defer { close(master) }
    let (process, errors) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    (process.standardInput, process.standardError) = (FileHandle.nullDevice, errors)
    process.standardOutput = FileHandle(fileDescriptor: slave)
    do { try process.run() } catch {
      close(slave)
      throw error
    }
    close(slave)
    // The last one to write has gone when reading is an error.
    var (shown, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 4096))
    while case let count = read(master, &buffer, buffer.count), count > 0 { shown += buffer[..<count] }
    let complaints = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Outcome(
      code: process.terminationStatus, output: String(decoding: shown, as: UTF8.self),
      errors: String(decoding: complaints, as: UTF8.self))
  }

  /// Both ends of a new terminal: what is written to the second is read from the first.
  private static func terminal() throws -> (master: CInt, slave: CInt) {
    func checked(_ result: CInt) throws -> CInt {
      guard result >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .ENODEV) }
      return result
    }
    #if canImport(Glibc)
      // Swift's view of the C library lacks posix_openpt and its like; these are what they do on Linux.
      let (unlock, number): (UInt, UInt) = (0x4004_5431, 0x8004_5430)  // TIOCSPTLCK, TIOCGPTN
      let master = try checked(open("/dev/ptmx", O_RDWR | O_NOCTTY))
      var (isLocked, index): (CInt, CInt) = (0, 0)
      _ = try checked(ioctl(master, unlock, &isLocked))
      _ = try checked(ioctl(master, number, &index))
      return (master, try checked(open("/dev/pts/\(index)", O_RDWR | O_NOCTTY)))
    #else
      let master = try checked(posix_openpt(O_RDWR | O_NOCTTY))
      _ = try checked(grantpt(master))
      _ = try checked(unlockpt(master))
      return (master, try checked(open(ptsname(master), O_RDWR | O_NOCTTY)))
    #endif
  }
}
