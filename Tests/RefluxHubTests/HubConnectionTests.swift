import Foundation
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxHub

/// Connections that break, servers that send something else, and two programs at once.
@Suite struct HubConnectionTests {
  @Test func aConnectionThatIsCutGoesOn() throws {
    try withBench { bench in
      bench.hub.change {
        $0.fault = { request, before in
          guard request.path == "/store/model.safetensors", before < 2 else { return nil }
          let start = request["Range"].flatMap { Int($0.dropFirst(6).dropLast()) } ?? 0
          let rest = Array(HubBench.weights[start...])
          return .init(start == 0 ? 200 : 206, ["Content-Range": "bytes \(start)-199999/200000"], rest, cut: 60_000)
        }
      }
      let directory = try bench.fetch()
      #expect(bench.contents(directory + "/model.safetensors") == HubBench.weights)
      let ranges = bench.hub.requests.filter { $0.path == "/store/model.safetensors" }.map { $0["Range"] ?? "all" }
      #expect(ranges == ["all", "bytes=60000-", "bytes=120000-"])
      #expect(try Directory.names(in: "\(bench.root)/blobs").allSatisfy { !$0.hasSuffix(".incomplete") })
    }
  }

  /// The program ended in the middle; the next one has the first half already.
  @Test func anEarlierProgramsHalfIsUsed() throws {
    try withBench { bench in
      try Directory.create("\(bench.root)/blobs")
      try AtomicFile.write(to: bench.blob + ".incomplete") { try $0.append(HubBench.weights.prefix(150_000)) }
      let directory = try bench.fetch()
      #expect(bench.contents(directory + "/model.safetensors") == HubBench.weights)
      let stored = bench.hub.requests.filter { $0.path == "/store/model.safetensors" }
      #expect(stored.map { $0["Range"] } == ["bytes=150000-"])
    }
  }

  /// A server that does not know ranges sends everything again.
  @Test func aServerWithoutRanges() throws {
    try withBench { bench in
      try Directory.create("\(bench.root)/blobs")
      try AtomicFile.write(to: bench.blob + ".incomplete") { try $0.append([UInt8](repeating: 9, count: 150_000)) }
      bench.hub.change {
        $0.fault = { request, _ in request.path.hasPrefix("/store/") ? .init(200, [:], HubBench.weights) : nil }
      }
      #expect(try bench.fetchedWeights() == HubBench.weights)
    }
  }

  @Test(arguments: [150_000, 200_000, 300_000]) func aDamagedHalfIsFetchedAgain(_ count: Int) throws {
    try withBench { bench in
      try Directory.create("\(bench.root)/blobs")
      try AtomicFile.write(to: bench.blob + ".incomplete") { try $0.append([UInt8](repeating: 9, count: count)) }
      #expect(try bench.fetchedWeights() == HubBench.weights)
      #expect(bench.notes.count == (count > 200_000 ? 0 : 1))
      #expect(bench.notes.allSatisfy { $0.hasSuffix("; it is fetched again from the start") })
    }
  }

  @Test func aWrongChecksumIsRefused() throws {
    try withBench { bench in
      var wrong = HubBench.weights
      wrong[7] ^= 1
      let sent = wrong
      bench.hub.change { $0.fault = { request, _ in request.path.hasPrefix("/store/") ? .init(200, [:], sent) : nil } }
      let (wanted, found) = (
        LoopbackHub.etag("a.bin", HubBench.weights), LoopbackHub.etag("a.bin", wrong)
      )
      #expect(
        bench.problem()
          == "'model.safetensors' of 'tiny/bert' is damaged: its sha256 should be \(wanted), but is \(found)")
      let blobs = try Directory.names(in: "\(bench.root)/blobs")
      #expect(blobs.count == 2)
      #expect(!Directory.isTaken("\(bench.root)/snapshots/\(HubBench.commit)/model.safetensors"))
    }
    try withBench { bench in
      bench.hub.change {
        $0.fault = { request, _ in
          request.method == "GET" && request.path.hasSuffix("vocab.txt")
            ? .init(200, [:], Array("[PAD]\n[UNX]\n".utf8)) : nil
        }
      }
      #expect(
        bench.problem() == """
          'vocab.txt' of 'tiny/bert' is damaged: its git hash should be 9b63652e4599b6f141f83f77374ca035004e0c8f, but is \
          \(LoopbackHub.etag("vocab.txt", Array("[PAD]\n[UNX]\n".utf8)))
          """)
    }
  }

  @Test func moreThanWasPromised() throws {
    try withBench { bench in
      bench.hub.change {
        $0.fault = { request, _ in
          request.path.hasPrefix("/store/") ? .init(200, [:], HubBench.weights + HubBench.weights) : nil
        }
      }
      #expect(bench.problem() == "localhost sends more of 'model.safetensors' than its 200000 bytes")
    }
  }

  @Test func aServerThatIsSilent() throws {
    try withBench { bench in
      bench.hub.change { $0.fault = { request, before in before < 2 ? .nothing : nil } }
      let weights = try bench.fetchedWeights()
      #expect(weights == HubBench.weights)
      #expect(bench.waits.all.prefix(2) == [1, 2])
    }
  }

  // MARK: Two at once

  @Test func anotherProgramIsWaitedFor() throws {
    try withBench { bench in
      let blob = bench.blob
      let lock = "\(bench.cache)/.locks/models--tiny--bert/\((blob as NSString).lastPathComponent).lock"
      // The other one holds the lock, writes the file, and lets go.
      try Directory.create("\(bench.root)/blobs")
      try Directory.create((lock as NSString).deletingLastPathComponent)
      let (isHeld, hub) = (DispatchSemaphore(value: 0), bench.hub)
      Thread.detachNewThread {
        let held = try? FileLock.wait(lock) {}
        isHeld.signal()
        // Until this one has come to the file, and a little longer.
        func isAsked(_ line: String) -> Bool { line.hasPrefix("HEAD") && line.hasSuffix("/model.safetensors") }
        while !hub.lines.contains(where: isAsked) { usleep(10_000) }
        Thread.sleep(forTimeInterval: 0.5)
        try? AtomicFile.write(to: blob) { try $0.append(HubBench.weights) }
        withExtendedLifetime(held) {}
      }
      isHeld.wait()
      #expect(try bench.fetchedWeights() == HubBench.weights)
      #expect(bench.notes == ["another program is fetching model.safetensors of tiny/bert; waiting for it"])
      #expect(!bench.hub.lines.contains("GET /store/model.safetensors"))
    }
  }
}
