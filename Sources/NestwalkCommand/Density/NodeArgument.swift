import Console
import Quantities
import Studies

/// A NUMA node as an argument: its memory and, after a colon, its processors.
struct NodeArgument: ArgumentValue, Hashable {
  let node: DensityHost.Node

  init(argument: String) throws(ArgumentValueError) {
    let parts = argument.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let memory: ByteSize
    do throws(QuantityError) {
      memory = try ByteSize(parsing: parts[0])
    } catch {
      throw ArgumentValueError(error.rule(for: ByteSize.kind))
    }
    guard 1 << 20...1 << 56 ~= memory.bytes else {
      throw ArgumentValueError("its memory must be from 1 MiB to 64 PiB")
    }
    var node = DensityHost.Node(memoryBytes: memory.bytes)
    if parts.count == 2 {
      guard let processors = Int(parts[1]), 0...100_000 ~= processors else {
        throw ArgumentValueError(
          "after the colon must be its processors, from 0 to 100000, such as 384G:48")
      }
      node.processors = processors
    }
    self.node = node
  }

  var argument: String {
    "\(ByteSize(node.memoryBytes))" + (node.processors.map { ":\($0)" } ?? "")
  }
}
