// One shift each, solved by a minimum cost flow of COIN-OR LEMON, to measure the matcher against.
//
//   flow FILE simplex|scaling
//
// prints what was filled, at what rank, the median of the seconds that solving took (not reading), and the peak memory. A volunteer who
// is left out flows to the sink at a cost above any sum of ranks.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <lemon/cost_scaling.h>
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

using Graph = lemon::SmartDigraph;
using Number = long long;

struct Network {
  Graph graph;
  Graph::ArcMap<Number> capacity{graph}, cost{graph};
  Graph::NodeMap<Number> supply{graph};

  void arc(Graph::Node from, Graph::Node to, Number most, Number price) {
    Graph::Arc a = graph.addArc(from, to);
    capacity[a] = most;
    cost[a] = price;
  }
};

template <typename Solver>
Number solve(Network& n) {
  Solver solver(n.graph);
  solver.upperMap(n.capacity).costMap(n.cost).supplyMap(n.supply).run();
  return solver.template totalCost<Number>();
}

[[noreturn]] static void fail(const char* why) {
  std::fprintf(stderr, "flow: %s\n", why);
  std::exit(1);
}

// peak is the most memory that this process held, in bytes.
static long long peak() {
  std::FILE* status = std::fopen("/proc/self/status", "r");
  char line[256];
  long long kilobytes = 0;
  while (status && std::fgets(line, sizeof line, status)) std::sscanf(line, "VmHWM: %lld", &kilobytes);
  return kilobytes * 1024;
}

int main(int argc, char** argv) {
  if (argc != 3) fail("usage: flow FILE simplex|scaling");
  std::FILE* in = std::fopen(argv[1], "r");
  int volunteers, shifts, pairs;
  if (!in || std::fscanf(in, " p %d %d %d", &volunteers, &shifts, &pairs) != 3) fail("no such problem");
  Network n;
  std::vector<Graph::Node> person(volunteers), shift(shifts);
  for (auto& node : person) n.supply[node = n.graph.addNode()] = 1;
  for (auto& node : shift) node = n.graph.addNode();
  Graph::Node sink = n.graph.addNode();
  n.supply[sink] = -volunteers;
  for (int i = 0, s, slots; i < shifts; i++) {
    if (std::fscanf(in, " s %d %d", &s, &slots) != 2) fail("a shift is missing");
    n.arc(shift[s], sink, slots, 0);
  }
  Number highest = 0;
  for (int i = 0, v, s, rank; i < pairs; i++) {
    if (std::fscanf(in, " e %d %d %d", &v, &s, &rank) != 3) fail("a pair is missing");
    n.arc(person[v], shift[s], 1, rank);
    highest = std::max<Number>(highest, rank);
  }
  const Number left = highest * volunteers + 1;
  for (auto node : person) n.arc(node, sink, 1, left);

  const bool simplex = std::string(argv[2]) == "simplex";
  std::vector<double> seconds;
  Number total = 0;
  for (double sum = 0; seconds.empty() || (sum < 0.5 && seconds.size() < 50); sum += seconds.back()) {
    auto start = std::chrono::steady_clock::now();
    total = simplex ? solve<lemon::NetworkSimplex<Graph, Number, Number>>(n) : solve<lemon::CostScaling<Graph, Number, Number>>(n);
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(seconds.begin(), seconds.end());
  std::printf("filled=%lld rank=%lld seconds=%.6f peak=%lld\n", volunteers - total / left, total % left,
              seconds[seconds.size() / 2], peak());
}
