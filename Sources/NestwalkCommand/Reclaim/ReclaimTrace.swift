import Console
import Guests
import HostMemory

/// Reads accesses to pages, a line each.
enum ReclaimTrace {
  typealias Access = (page: UInt32, isWrite: Bool)

  private static let mostPages: UInt64 = 1 << 26

  /// The accesses of a file.
  static func read(_ path: FilePath) throws(CommandFailure) -> [Access] {
    do {
      let file = try path.isStandardStream ? File.standardInput() : File.reading(path.path)
      return try accesses(file)
    } catch let error as CommandFailure {
      throw error
    } catch {
      throw CommandFailure(.badInput, "\(error)")
    }
  }

  private static func accesses(_ file: consuming File) throws -> [Access] {
    var source = LineSource(file)
    var accesses: [Access] = []
    var problems: [String] = []
    var number = 0
    reading: while problems.count < 20 {
      switch source.next() {
      case .line(let range):
        number += 1
        do throws(TraceProblem) {
          guard let reference = try PageLine.reference(source.bytes, in: range) else { continue }
          guard reference.page < mostPages else {
            problems.append(
              "\(source.name):\(number):1: the page is \(reference.page); it must be below \(mostPages)."
            )
            continue
          }
          accesses.append((UInt32(reference.page), reference.isWrite))
        } catch {
          problems.append("\(source.name):\(number):\(error.column): \(error.message)")
        }
      case .tooLong:
        number += 1
        problems.append("\(source.name):\(number):1: the line is too long.")
      case .exhausted: try source.refill()
      case .end: break reading
      }
    }
    guard problems.isEmpty else {
      throw CommandFailure(.badInput, problems.joined(separator: "\nnestwalk reclaim: "))
    }
    guard !accesses.isEmpty else {
      throw CommandFailure(.badInput, "\(source.name) holds no access.")
    }
    return accesses
  }
}
